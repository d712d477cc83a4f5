import type { ReactNode } from "react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { AlertItem } from "@/alerts/alert";
import { useActiveAlerts } from "@/alerts/queries";
import type { Job } from "@/api/types";
import { upcoming } from "@/dashboard/upcoming";
import type { JobFilters } from "@/jobs/filters";
import { JobProgress } from "@/jobs/progress";
import { useJobs } from "@/jobs/queries";
import { StateBadge } from "@/jobs/state";
import { useSchedules } from "@/schedules/queries";
import { Card } from "@/ui/page";
import { Empty, Failed, Loading } from "@/ui/states";
import { When } from "@/ui/when";

const SHOWN = 6;
const DAY_MS = 86_400_000;
const RUNNING: JobFilters = { state: ["running"] };

interface Asked<T> {
  data: T | undefined;
  isPending: boolean;
  isError: boolean;
  error: unknown;
}

interface ListCardProps<T> {
  title: string;
  to: string;
  asked: Asked<unknown>;
  items: readonly T[];
  empty: string;
  children: (item: T) => ReactNode;
}

function ListCard<T>({ title, to, asked, items, empty, children }: ListCardProps<T>) {
  const { t } = useTranslation();
  const more = (
    <Link className="text-accent text-xs hover:underline" to={to}>
      {t("dashboard.all", { count: items.length })}
    </Link>
  );
  return (
    <Card flush title={title} actions={items.length > 0 && more}>
      {asked.isPending && <Loading />}
      {asked.isError && <Failed problem={asked.error} />}
      {asked.data !== undefined && items.length === 0 && <Empty title={empty} />}
      <ul className="divide-line divide-y">{items.slice(0, SHOWN).map(children)}</ul>
    </Card>
  );
}

export function ActiveAlerts() {
  const { t } = useTranslation();
  const alerts = useActiveAlerts();
  return (
    <ListCard
      title={t("dashboard.alerts")}
      to="/alerts"
      asked={alerts}
      items={alerts.data?.items ?? []}
      empty={t("dashboard.noAlerts")}
    >
      {(alert) => <AlertItem key={alert.id} alert={alert} />}
    </ListCard>
  );
}

export function RunningJobs() {
  const { t } = useTranslation();
  const jobs = useJobs(RUNNING);
  return (
    <ListCard
      title={t("dashboard.running")}
      to="/jobs?state=running"
      asked={jobs}
      items={jobs.data?.items ?? []}
      empty={t("dashboard.nothingRuns")}
    >
      {(job) => (
        <JobItem key={job.id} job={job}>
          <JobProgress job={job} />
        </JobItem>
      )}
    </ListCard>
  );
}

/** Failed or lost since this time yesterday. */
export function FailedJobs() {
  const { t } = useTranslation();
  const [filters] = useState<JobFilters>(() => ({
    state: ["failed", "lost"],
    since: new Date(Date.now() - DAY_MS).toISOString(),
  }));
  const jobs = useJobs(filters);
  return (
    <ListCard
      title={t("dashboard.failed")}
      to="/jobs?state=failed&state=lost"
      asked={jobs}
      items={jobs.data?.items ?? []}
      empty={t("dashboard.nothingFailed")}
    >
      {(job) => (
        <JobItem key={job.id} job={job}>
          <span className="text-bad truncate text-xs">{job.error?.detail ?? job.error?.title}</span>
        </JobItem>
      )}
    </ListCard>
  );
}

function JobItem({ job, children }: { job: Job; children: ReactNode }) {
  return (
    <li className="grid grid-cols-[auto_1fr_auto] items-center gap-x-3 px-4 py-2">
      <StateBadge job={job} />
      <Link to={`/jobs/${job.id}`} className="truncate font-medium hover:underline">
        {job.title}
      </Link>
      <span className="text-muted text-xs">
        <When at={job.finished_at ?? job.started_at} />
      </span>
      <div className="col-span-full min-w-0">{children}</div>
    </li>
  );
}

export function NextSchedules() {
  const { t } = useTranslation();
  const schedules = useSchedules();
  return (
    <ListCard
      title={t("dashboard.next")}
      to="/schedules"
      asked={schedules}
      items={upcoming(schedules.data?.items ?? [])}
      empty={t("dashboard.noSchedules")}
    >
      {(schedule) => (
        <li key={schedule.id} className="flex items-center gap-3 px-4 py-2">
          <Link
            to={`/schedules/${schedule.id}`}
            className="min-w-0 grow truncate font-medium hover:underline"
          >
            {schedule.name}
          </Link>
          {schedule.trouble && <span className="text-bad text-xs">{schedule.trouble.detail}</span>}
          <span className="text-muted text-xs">
            <When at={schedule.next_fire_at} />
          </span>
        </li>
      )}
    </ListCard>
  );
}
