import { File, FileSymlink, Folder } from "lucide-react";
import { useTranslation } from "react-i18next";

import { bytes } from "@/format/bytes";
import { useFolder } from "@/tape/files-query";
import { crumbsOf, type Entry, isWithin } from "@/tape/folder";
import { Check } from "@/tape/media-table";
import type { ArchiveRow } from "@/tape/rows";
import { Button } from "@/ui/button";
import { Card } from "@/ui/page";
import { SimpleTable } from "@/ui/simple-table";
import { Empty, Failed, Loading } from "@/ui/states";
import { When } from "@/ui/when";

interface FolderProps {
  archive: ArchiveRow;
  folder: string;
  open: (path: string) => void;
  chosen: readonly string[];
  toggle: (path: string) => void;
}

/** A folder of an archive: the way to it, and what lies in it. */
export function FolderView({ archive, folder, open, chosen, toggle }: FolderProps) {
  const { t } = useTranslation();
  const files = useFolder(archive.key, folder);
  const { entries } = files;
  return (
    <Card flush title={<Crumbs folder={folder} open={open} />}>
      {files.isPending && <Loading />}
      {files.isError && <Failed problem={files.error} retry={() => void files.refetch()} />}
      {files.data && entries.length === 0 && !files.hasNextPage && (
        <Empty title={t("tape.archives.empty")} />
      )}
      {entries.length > 0 && (
        <SimpleTable
          label={t("tape.archives.contents", { folder: folder || t("tape.archives.topFolder") })}
          columns={[
            t("tape.archives.name"),
            t("tape.archives.size"),
            t("tape.archives.modified"),
            t("tape.archives.cartridges"),
          ]}
          rows={entries.map((entry) => ({
            key: entry.path,
            cells: [
              <span className="flex items-center gap-3">
                <Choose entry={entry} chosen={chosen} toggle={toggle} />
                <Name entry={entry} open={open} />
              </span>,
              entry.isFolder || !entry.file ? "" : bytes(entry.file.size_bytes),
              <When at={entry.file?.modified_at} />,
              <span className="font-mono text-xs">{entry.cartridges.join(", ") || "–"}</span>,
            ],
          }))}
        />
      )}
      {files.hasNextPage && (
        <p className="text-muted flex flex-wrap items-center gap-3 px-4 py-2">
          {t("tape.archives.moreHint", { count: files.looked })}
          <Button
            size="small"
            disabled={files.isFetchingNextPage}
            onClick={() => void files.fetchNextPage()}
          >
            {t(files.isFetchingNextPage ? "ui.loading" : "ui.more")}
          </Button>
        </p>
      )}
    </Card>
  );
}

function Crumbs({ folder, open }: Pick<FolderProps, "folder" | "open">) {
  const { t } = useTranslation();
  const crumbs = [{ path: "", name: t("tape.archives.top") }, ...crumbsOf(folder)];
  return (
    <nav aria-label={t("tape.archives.way")}>
      <ol className="flex flex-wrap items-center gap-1 font-normal">
        {crumbs.map(({ path, name }) => (
          <li key={path} className="flex items-center gap-1">
            {path !== "" && (
              <span aria-hidden className="text-muted">
                /
              </span>
            )}
            <button
              type="button"
              className="text-accent aria-[current]:text-ink min-h-6 hover:underline aria-[current]:font-semibold"
              aria-current={path === folder ? "location" : undefined}
              onClick={() => open(path)}
            >
              {name}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function Choose({
  entry,
  chosen,
  toggle,
}: { entry: Entry } & Pick<FolderProps, "chosen" | "toggle">) {
  const { t } = useTranslation();
  if (isWithin(chosen, entry.path))
    return <span className="text-muted text-xs">{t("tape.archives.withFolder")}</span>;
  return (
    <Check
      label={t("tape.archives.choose", { name: entry.name })}
      checked={chosen.includes(entry.path)}
      onChange={() => toggle(entry.path)}
    />
  );
}

function Name({ entry, open }: { entry: Entry } & Pick<FolderProps, "open">) {
  const { t } = useTranslation();
  const kind = entry.file?.kind ?? "folder";
  if (entry.isFolder)
    return (
      <button
        type="button"
        className="flex min-h-6 items-center gap-2 font-medium hover:underline"
        onClick={() => open(entry.path)}
      >
        <Folder
          className="text-accent size-4 shrink-0"
          aria-label={t("tape.archives.kinds.folder")}
        />
        {entry.name}
      </button>
    );
  const Icon = kind === "symlink" ? FileSymlink : File;
  return (
    <span className="flex items-center gap-2">
      <Icon className="text-muted size-4 shrink-0" aria-hidden />
      <span className="min-w-40 break-all">{entry.name}</span>
      {kind !== "file" && (
        <span className="text-muted text-xs">
          {t(`tape.archives.kinds.${kind as "symlink" | "hardlink" | "device" | "pipe"}`)}
        </span>
      )}
    </span>
  );
}
