/** Snapshots that were taken so far are kept as long as was said then, whatever the policy becomes. */
import { t } from "i18next";

import { api, told } from "@/api/client";
import { Problem } from "@/api/problem";
import type { Job, Schedule } from "@/api/types";
import { submitJob } from "@/jobs/queries";

const LOOK_MS = 500;
const MOST_FAILED = 20; // looks in a row: a restart of the API
const CONFLICT = 409;
const ENDED: ReadonlySet<Job["state"]> = new Set(["succeeded", "failed", "cancelled", "lost"]);

/** Whether a date is theirs: what is counted has none. */
export function canFixate({ type, retention }: Pick<Schedule, "type" | "retention">): boolean {
  return type === "storage.snapshot_create" && Boolean(retention?.lifetime);
}

/** Have a job protect what a schedule has taken until it was to go; a Problem unless it succeeds. */
export async function fixate({ id, node }: Schedule): Promise<void> {
  const draft = { type: "storage.snapshot_fixate", params: { task: id }, ...(node && { node }) };
  const begun = await submitJob({ draft, key: crypto.randomUUID() });
  const ended = await untilEnded(begun);
  if (ended.state !== "succeeded") throw notFixed(ended);
}

/** Looks until it has ended; some looks may fail, for the job goes on all the same. */
async function untilEnded(begun: Job): Promise<Job> {
  let job = begun;
  let failed = 0;
  while (!ENDED.has(job.state)) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const params = { path: { job_id: job.id } };
    try {
      job = await told(api.GET("/api/v1/jobs/{job_id}", { params }));
      failed = 0;
    } catch (problem) {
      failed += 1;
      if (failed > MOST_FAILED) throw problem;
    }
  }
  return job;
}

function notFixed(job: Job): Problem {
  return new Problem({
    status: CONFLICT,
    code: "not-fixated",
    title: t("schedules.going.notFixed"),
    detail: job.error?.detail ?? t(`state.${job.state}`),
  });
}
