import type { TFunction } from "i18next";
import { CalendarOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Schedule } from "@/api/types";
import { duration } from "@/format/time";
import { type Part, partsOf } from "@/storage/policy";
import { Badge } from "@/ui/badge";
import { When } from "@/ui/when";

/** The schedules that take snapshots of a dataset, and how long each keeps them. */
export function Keepers({ schedules }: { schedules: readonly Schedule[] }) {
  const { t } = useTranslation();
  if (schedules.length === 0) {
    return (
      <p className="text-warn flex items-center gap-2">
        <CalendarOff className="size-4 shrink-0" aria-hidden /> {t("storage.snapshot.unscheduled")}
      </p>
    );
  }
  return (
    <ul className="flex flex-col gap-1" aria-label={t("storage.snapshot.keepers")}>
      {schedules.map((schedule) => (
        <li key={schedule.id} className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <Link to={`/schedules/${schedule.id}`} className="text-accent hover:underline">
            {schedule.name}
          </Link>
          <span>{said(schedule, t)}</span>
          {schedule.enabled ? (
            <span className="text-muted text-xs">
              {t("storage.snapshot.next")} <When at={schedule.next_fire_at} />
            </span>
          ) : (
            <Badge tone="warn">{t("storage.snapshot.off")}</Badge>
          )}
        </li>
      ))}
    </ul>
  );
}

function said(schedule: Schedule, t: TFunction): string {
  const parts = partsOf(schedule.retention).map((part) => partSaid(part, t));
  if (parts.length === 0) return t("storage.policy.forEver");
  return t("storage.policy.keeps", { what: parts.join(", ") });
}

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;

function partSaid(part: Part, t: TFunction): string {
  if (part.rule !== "lifetime") return t(`storage.policy.${part.rule}`, { count: part.count });
  const { days, hours, minutes } = part;
  return t("storage.policy.lifetime", {
    time: duration(days * DAY_S + hours * HOUR_S + minutes * MINUTE_S),
  });
}
