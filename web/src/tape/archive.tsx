import { ArrowLeft, FileQuestion } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";

import { bytes } from "@/format/bytes";
import { ArchiveState, archiveName } from "@/tape/archive-state";
import { Facts } from "@/tape/facts";
import { FolderView } from "@/tape/folder-view";
import { toggled } from "@/tape/folder";
import { RestoreBar } from "@/tape/restore";
import { type ArchiveRow, useArchives } from "@/tape/rows";
import { Card } from "@/ui/page";
import { Empty, Failed, Loading } from "@/ui/states";
import { When } from "@/ui/when";

/** One archive: what it is, and its files folder by folder, to choose what is restored. */
export function ArchiveBrowser({ id }: { id: string }) {
  const { t } = useTranslation();
  const archives = useArchives();
  if (archives.isPending) return <Loading />;
  if (archives.isError)
    return <Failed problem={archives.error} retry={() => void archives.refetch()} />;
  const archive = archives.data.items.find((row) => row.key === id);
  return (
    <div className="flex flex-col gap-4">
      <Link to="/tape/archives" className="text-accent flex items-center gap-1 hover:underline">
        <ArrowLeft className="size-4" aria-hidden /> {t("tape.archives.back")}
      </Link>
      {archive === undefined ? (
        <Empty icon={FileQuestion} title={t("tape.archives.missing")}>
          {t("tape.archives.missingHint")}
        </Empty>
      ) : (
        <Browser archive={archive} />
      )}
    </div>
  );
}

function Browser({ archive }: { archive: ArchiveRow }) {
  const [search, setSearch] = useSearchParams();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const folder = search.get("path") ?? "";
  const toggle = (path: string) => setChosen((known) => toggled(known, path));
  return (
    <>
      <ArchiveCard archive={archive} />
      <RestoreBar archive={archive} chosen={chosen} toggle={toggle} />
      <FolderView
        key={folder}
        archive={archive}
        folder={folder}
        open={(path) => setSearch(path === "" ? {} : { path })}
        chosen={chosen}
        toggle={toggle}
      />
    </>
  );
}

function ArchiveCard({ archive }: { archive: ArchiveRow }) {
  const { t } = useTranslation();
  const { cartridges, away, state } = archive;
  return (
    <Card
      title={
        <span className="flex flex-wrap items-center gap-2">
          <span className="break-all">{archiveName(archive)}</span> <ArchiveState state={state} />
        </span>
      }
    >
      <Facts
        facts={[
          [t("tape.fact.pool"), archive.pool],
          [t("tape.archives.began"), <When at={archive.began_at} exact />],
          [t("tape.archives.size"), bytes(archive.size_bytes)],
          [t("tape.archives.files"), archive.files.toLocaleString("en")],
          [
            t("tape.archives.cartridges"),
            <span className="font-mono">{cartridges.join(", ") || "–"}</span>,
          ],
          [
            t("job.title"),
            <Link className="text-accent underline" to={`/jobs/${archive.job_id}`}>
              {t("tape.openJob")}
            </Link>,
          ],
        ]}
      />
      {away.length > 0 && (
        <p className="text-warn mt-2">{t("tape.archives.away", { list: away.join(", ") })}</p>
      )}
      {(state === "broken" || state === "overwritten") && (
        <p className="text-warn mt-2">{t(`tape.archives.${state}Hint`)}</p>
      )}
    </Card>
  );
}
