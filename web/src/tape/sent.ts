import { useQueries } from "@tanstack/react-query";
import { useState } from "react";

import type { Job } from "@/api/types";
import { jobQuery } from "@/jobs/queries";
import { isSettled } from "@/tape/motion";

const MOST = 20; // of a visit; who moved more has seen how the first ones ended

/**
 * The moves that were started on this page: those not yet seen to be done, and those that were
 * refused or failed. A move counts as under way until somebody has looked at the library since.
 */
export function useSent(observedAt: string | null) {
  const [ids, setIds] = useState<string[]>([]);
  const jobs = useQueries({
    queries: ids.map((id) => jobQuery(id)),
    combine: (asked) => asked.flatMap(({ data }) => data ?? []),
  });
  return {
    underWay: jobs.filter((job) => !isSettled(job, observedAt)),
    failed: jobs.filter((job) => job.finished_at !== null && job.state !== "succeeded"),
    add: (job: Job) => setIds((known) => [...known, job.id].slice(-MOST)),
    dismiss: (job: Job) => setIds((known) => known.filter((id) => id !== job.id)),
  };
}
