import { ShieldAlert, ShieldCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { bytes } from "@/format/bytes";
import { useSchedules } from "@/schedules/queries";
import { addressOf } from "@/storage/address";
import { type Gap, judgedOf, type Unprotected, unprotectedOf } from "@/storage/protecting";
import { useWhole } from "@/storage/rows";
import { idOf } from "@/storage/tree";
import { Badge, type Tone } from "@/ui/badge";
import { Card } from "@/ui/page";
import { SimpleTable } from "@/ui/simple-table";
import { Empty, Failed, Loading } from "@/ui/states";
import { useNow, When } from "@/ui/when";

const TONES: Record<Gap, Tone> = {
  never: "bad",
  unscheduled: "bad",
  switched_off: "bad",
  old: "warn",
  not_replicated: "warn",
};
const COLUMNS = ["dataset", "used", "gaps", "newest"] as const;
const MINUTE_MS = 60_000;

interface UnprotectedProps {
  /** At most so many; all when empty. */
  most?: number;
  className?: string;
}

/** Datasets with something in them that nobody protects as they should be; the worst first. */
export function UnprotectedDatasets({ most, className = "" }: UnprotectedProps) {
  const { t } = useTranslation();
  const { found, isJudged, isWhole, isPending, error } = useUnprotected();
  const shown = found?.slice(0, most);
  return (
    <Card
      flush
      className={className}
      title={t("storage.unprotected.title")}
      actions={
        found &&
        shown &&
        shown.length < found.length && (
          <Link to="/storage/unprotected" className="text-accent text-xs hover:underline">
            {t("dashboard.all", { count: found.length })}
          </Link>
        )
      }
    >
      {isPending && <Loading />}
      {error && <Failed problem={error} />}
      {!isWhole && <p className="text-warn px-4 py-2">{t("storage.unprotected.tooMany")}</p>}
      {shown?.length === 0 && <Nothing isJudged={isJudged} />}
      {shown && shown.length > 0 && <Gaps found={shown} />}
    </Card>
  );
}

/** All is well only where there was something to judge. */
function Nothing({ isJudged }: { isJudged: boolean }) {
  const { t } = useTranslation();
  if (!isJudged) return <Empty title={t("storage.unprotected.empty")} />;
  return (
    <Empty icon={ShieldCheck} title={t("storage.unprotected.none")}>
      {t("storage.unprotected.noneHint")}
    </Empty>
  );
}

function useUnprotected() {
  const now = useNow(MINUTE_MS);
  const datasets = useWhole("datasets");
  const snapshots = useWhole("snapshots");
  const schedules = useSchedules();
  const asked = [datasets, snapshots, schedules];
  const known = datasets.data && snapshots.data && schedules.data;
  return {
    found:
      known &&
      unprotectedOf({
        datasets: datasets.data.items,
        snapshots: snapshots.data.items,
        schedules: schedules.data.items,
        now,
      }),
    isJudged: Boolean(
      known &&
      judgedOf({ datasets: datasets.data.items, schedules: schedules.data.items }).length > 0,
    ),
    isWhole: snapshots.data?.isWhole !== false,
    isPending: asked.some(({ isPending }) => isPending),
    error: asked.find(({ isError }) => isError)?.error ?? null,
  };
}

function Gaps({ found }: { found: readonly Unprotected[] }) {
  const { t } = useTranslation();
  return (
    <SimpleTable
      label={t("storage.unprotected.title")}
      columns={COLUMNS.map((column) => t(`storage.unprotected.columns.${column}`))}
      rows={found.map(({ dataset, gaps, newestAt }) => ({
        key: idOf(dataset),
        cells: [
          <Link
            to={addressOf(dataset)}
            className="text-accent inline-block min-w-36 font-medium break-words"
          >
            {dataset.key}
          </Link>,
          <span className="whitespace-nowrap">{bytes(dataset.used_bytes)}</span>,
          <span className="flex flex-wrap gap-1">
            {gaps.map((gap) => (
              <Badge key={gap} tone={TONES[gap]}>
                <ShieldAlert aria-hidden /> {t(`storage.unprotected.gap.${gap}`)}
              </Badge>
            ))}
          </span>,
          <When at={newestAt} />,
        ],
      }))}
    />
  );
}
