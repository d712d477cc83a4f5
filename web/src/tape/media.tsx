import { CassetteTape, SearchX } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { Freshness, RefreshButton } from "@/inventory/table";
import { fitsMedia, mediaFiltersOf } from "@/tape/media-filters";
import { MediaFilterBar } from "@/tape/media-filter-bar";
import { MediaTable } from "@/tape/media-table";
import { Chosen } from "@/tape/media-chosen";
import { useMedia } from "@/tape/rows";
import { StartLinks } from "@/jobs/starting";
import { Card } from "@/ui/page";
import { Empty, Failed, Loading } from "@/ui/states";

/** Every cartridge that a library holds or the books know. */
export function MediaTab() {
  const { t } = useTranslation();
  const [search] = useSearchParams();
  const media = useMedia();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  if (media.isPending) return <Loading />;
  if (media.isError) return <Failed problem={media.error} retry={() => void media.refetch()} />;
  const all = media.data.items;
  if (all.length === 0)
    return (
      <Empty icon={CassetteTape} title={t("tape.media.none")}>
        <p className="mb-3">{t("tape.media.noneHint")}</p>
        <StartLinks types={["tape.changer_import", "tape.vtl_media_create"]} />
      </Empty>
    );
  const filters = mediaFiltersOf(search);
  const shown = all.filter((row) => fitsMedia(row, filters));
  return (
    <div className="flex flex-col gap-3">
      <MediaFilterBar rows={all} />
      <Card
        flush
        title={
          <>
            {t("tape.media.title")}{" "}
            <span className="text-muted font-normal" role="status">
              {t("tape.media.shown", { count: shown.length })}
            </span>
          </>
        }
        actions={
          <>
            <Freshness rows={media.data} />
            <RefreshButton name="tape/media" />
          </>
        }
      >
        <Chosen
          rows={all.filter((row) => chosen.has(row.key))}
          clear={() => setChosen(new Set())}
        />
        {shown.length === 0 ? (
          <Empty icon={SearchX} title={t("tape.media.noneFits")}>
            {t("tape.media.noneFitsHint")}
          </Empty>
        ) : (
          <MediaTable rows={shown} chosen={chosen} choose={setChosen} />
        )}
      </Card>
    </div>
  );
}
