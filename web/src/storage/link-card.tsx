import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ArrowRight } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link as To } from "react-router";

import { api, told } from "@/api/client";
import type { Schedule } from "@/api/types";
import { bytes } from "@/format/bytes";
import { place } from "@/jobs/queries";
import { StateBadge } from "@/jobs/state";
import { WorkItem } from "@/storage/dataset-work";
import { LagLine } from "@/storage/lag";
import { FactList } from "@/storage/pool-card";
import type { Link } from "@/storage/replicating";
import { StartNow, useFollow, useStartable } from "@/jobs/starting";
import { REPLICATIONS } from "@/storage/covering";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Card } from "@/ui/page";
import { When } from "@/ui/when";

/** One replication: from where to where, how far behind, how it went, and once more. */
export function LinkCard({ link }: { link: Link }) {
  const { t } = useTranslation();
  const { schedule, success, running, failure } = link;
  const { sent_bytes: sent } = success?.result ?? {};
  return (
    <Card flush title={<Ends link={link} />} actions={<Again link={link} />}>
      <div className="flex flex-col gap-3 p-4">
        <LagLine link={link} />
        <FactList
          facts={[
            [t("storage.replication.lastSuccess"), success && <JobTime job={success} />],
            [t("storage.replication.sent"), typeof sent === "number" ? bytes(sent) : null],
            [t("storage.replication.schedule"), schedule && <ScheduleLink schedule={schedule} />],
            [
              t("storage.replication.next"),
              schedule?.next_fire_at && <When at={schedule.next_fire_at} />,
            ],
          ]}
        />
        {failure && (
          <div className="bg-bad-soft rounded-lg p-3">
            <p className="text-bad flex flex-wrap items-center gap-2 font-medium">
              <StateBadge job={failure} /> <JobTime job={failure} />
            </p>
            <p className="mt-1 break-words">{failure.error?.detail ?? failure.error?.title}</p>
          </div>
        )}
      </div>
      {running && (
        <ul className="border-line border-t" aria-label={t("storage.replication.running")}>
          <WorkItem job={running} />
        </ul>
      )}
    </Card>
  );
}

function Ends({ link }: { link: Link }) {
  const { t } = useTranslation();
  const { host, direction } = link;
  const at = (name: string, isFar: boolean): ReactNode =>
    isFar && host !== null ? `${host}:${name}` : name;
  return (
    <span className="flex flex-wrap items-center gap-x-2 break-all">
      {at(link.source, direction === "pull")}
      <ArrowRight
        role="img"
        aria-label={t("storage.replication.to")}
        className="text-muted size-4 shrink-0"
      />
      {at(link.target, direction === "push")}
    </span>
  );
}

function JobTime({ job }: { job: { id: string; finished_at: string | null } }) {
  return (
    <To to={`/jobs/${job.id}`} className="text-accent hover:underline">
      <When at={job.finished_at} />
    </To>
  );
}

function ScheduleLink({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation();
  return (
    <>
      <To to={`/schedules/${schedule.id}`} className="text-accent hover:underline">
        {schedule.name}
      </To>{" "}
      {!schedule.enabled && <Badge tone="warn">{t("storage.snapshot.off")}</Badge>}
    </>
  );
}

/** As the schedule would start it; where there is none, as the last job was started. */
function Again({ link }: { link: Link }) {
  const { t } = useTranslation();
  if (link.running !== null) return null;
  if (link.schedule !== null) return <RunSchedule schedule={link.schedule} />;
  return (
    <StartNow type={REPLICATIONS} params={link.params} {...(link.node && { node: link.node })}>
      {t("storage.replication.now")}
    </StartNow>
  );
}

function RunSchedule({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const follow = useFollow();
  const startable = useStartable();
  const run = useMutation({
    mutationFn: () =>
      told(
        api.POST("/api/v1/schedules/{schedule_id}/run", {
          params: { path: { schedule_id: schedule.id } },
        }),
      ),
    onSuccess: (job) => {
      place(queries, job);
      void queries.invalidateQueries({ queryKey: ["jobs"] });
      follow.onSuccess(job);
    },
    onError: follow.onError,
  });
  if (!startable.has(schedule.type)) return null;
  return (
    <Button size="small" disabled={run.isPending} onClick={() => run.mutate()}>
      {t("storage.replication.now")}
    </Button>
  );
}
