import { useMemo } from "react";

import type { JobFilters } from "@/jobs/filters";
import { useJobs } from "@/jobs/queries";
import { useSchedules } from "@/schedules/queries";
import { useMay } from "@/session/session";
import { REPLICATIONS } from "@/storage/covering";
import { linksOf } from "@/storage/replicating";

const RECENT: JobFilters = { type: [REPLICATIONS] };

/** Every replication that a schedule names or that ran lately. */
export function useLinks() {
  const may = useMay();
  const schedules = useSchedules();
  const jobs = useJobs(RECENT);
  const links = useMemo(
    () => linksOf(schedules.data?.items ?? [], jobs.data?.items ?? []),
    [schedules.data, jobs.data],
  );
  const asked = may("schedules:read") ? [schedules, jobs] : [jobs];
  return {
    links,
    isPending: asked.some(({ isPending }) => isPending),
    error: asked.find(({ isError }) => isError)?.error ?? null,
  };
}
