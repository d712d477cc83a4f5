import { CalendarClock } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Fire, Schedule } from "@/api/types";
import { words } from "@/format/words";
import { DecisionBadge } from "@/schedules/last";
import { useFires } from "@/schedules/queries";
import { inZone } from "@/schedules/zones";
import { Button } from "@/ui/button";
import { Card } from "@/ui/page";
import { SimpleTable } from "@/ui/simple-table";
import { Empty, Failed, Loading } from "@/ui/states";
import { When } from "@/ui/when";

/** What became of each slot, and why; the latest first. */
export function FireHistory({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation();
  const fires = useFires(schedule.id, schedule.last_fire_at);
  const items = fires.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Card flush title={t("schedules.page.fires")}>
      {fires.isPending && <Loading />}
      {fires.isError && <Failed problem={fires.error} retry={() => void fires.refetch()} />}
      {fires.data && items.length === 0 && (
        <Empty icon={CalendarClock} title={t("schedules.page.noFires")}>
          {t("schedules.page.noFiresHint")}
        </Empty>
      )}
      {items.length > 0 && <FireTable fires={items} tz={schedule.tz} />}
      {fires.hasNextPage && (
        <div className="border-line border-t p-2 text-center">
          <Button
            look="quiet"
            disabled={fires.isFetchingNextPage}
            onClick={() => void fires.fetchNextPage()}
          >
            {t("ui.more")}
          </Button>
        </div>
      )}
    </Card>
  );
}

function FireTable({ fires, tz }: { fires: Fire[]; tz: string }) {
  const { t } = useTranslation();
  const missed = fires.some((fire) => fire.missed_slots > 0);
  return (
    <SimpleTable
      label={t("schedules.fire.table")}
      columns={[
        t("schedules.fire.slot"),
        t("schedules.fire.decision"),
        t("schedules.fire.why"),
        ...(missed ? [t("schedules.fire.missed")] : []),
        t("schedules.fire.job"),
      ]}
      rows={fires.map((fire) => ({
        key: fire.slot,
        cells: [
          <Slot fire={fire} tz={tz} />,
          <DecisionBadge decision={fire.decision} />,
          <Why fire={fire} />,
          ...(missed ? [fire.missed_slots || <span className="text-muted">–</span>] : []),
          <ToJob fire={fire} />,
        ] satisfies ReactNode[],
      }))}
    />
  );
}

/** By the clock of the schedule; how long ago beneath. */
function Slot({ fire, tz }: { fire: Fire; tz: string }) {
  return (
    <span className="flex flex-col">
      <span className="whitespace-nowrap">{inZone(new Date(fire.slot), tz)}</span>
      <span className="text-muted text-xs">
        <When at={fire.slot} />
      </span>
    </span>
  );
}

function Why({ fire }: { fire: Fire }) {
  return (
    <span className="block min-w-40">
      {fire.detail}
      <span className="text-muted block text-xs">{words(fire.reason)}</span>
    </span>
  );
}

function ToJob({ fire }: { fire: Fire }) {
  const { t } = useTranslation();
  if (fire.job === null) return <span className="text-muted">–</span>;
  return (
    <Link className="text-accent whitespace-nowrap underline" to={`/jobs/${fire.job}`}>
      {t(fire.decision === "fired" ? "schedules.fire.made" : "schedules.fire.inTheWay")}
    </Link>
  );
}
