import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schedule } from "@/api/types";
import { duration } from "@/format/time";
import { inWords } from "@/schedules/in-words";
import { useTypeTitles } from "@/schedules/page";
import { policyInWords } from "@/schedules/policy";
import { Json } from "@/ui/json";
import { Card } from "@/ui/page";
import { When } from "@/ui/when";

/** What is said about a schedule. */
export function ScheduleFacts({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation();
  const titleOf = useTypeTitles();
  const { begin, end, jitter_s } = schedule;
  const facts: [string, ReactNode][] = [
    [t("schedules.page.type"), titleOf(schedule.type)],
    [t("schedules.page.rule"), <Rule cron={schedule.cron} />],
    [t("schedules.page.zone"), schedule.tz],
  ];
  if (begin !== null || end !== null) {
    const words = { begin: begin ?? "00:00", end: end ?? "23:59" };
    facts.push([t("schedules.page.window"), t("schedules.words.window", words)]);
  }
  if (schedule.retention !== null)
    facts.push([t("schedules.page.retention"), policyInWords(schedule.retention)]);
  facts.push(
    [t("schedules.page.overlap"), t(`schedules.overlaps.${schedule.overlap}`)],
    [t("schedules.page.missed"), t(`schedules.misses.${schedule.missed}`)],
    [t("schedules.page.grace"), duration(schedule.misfire_grace_s)],
    [
      t("schedules.page.jitter"),
      jitter_s === 0
        ? t("schedules.page.noJitter")
        : t("schedules.page.jitterLater", { time: duration(jitter_s) }),
    ],
    [t("schedules.page.node"), schedule.node ?? t("schedules.page.anyNode")],
    [t("schedules.page.owner"), schedule.owner],
    [t("schedules.page.changed"), <Changed schedule={schedule} />],
  );
  return (
    <>
      <Card title={t("schedules.page.facts")}>
        <dl className="grid grid-cols-[minmax(7rem,2fr)_3fr] gap-x-4 gap-y-1.5">
          {facts.map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="text-muted">{name}</dt>
              <dd className="min-w-0 break-words">{value}</dd>
            </div>
          ))}
        </dl>
      </Card>
      {Object.keys(schedule.params).length > 0 && (
        <Card title={t("schedules.page.what")}>
          <Json value={schedule.params} />
        </Card>
      )}
    </>
  );
}

function Rule({ cron }: { cron: string }) {
  return (
    <>
      {inWords(cron)} <code className="text-muted text-xs">{cron}</code>
    </>
  );
}

function Changed({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation();
  return (
    <>
      <When at={schedule.updated_at} /> {t("schedules.page.changedBy", { by: schedule.updated_by })}
    </>
  );
}
