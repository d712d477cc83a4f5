import type { Job, State } from "@/api/types";

const AT = "2026-11-27T02:00:00Z";

/** A job for tests of lists: `number` is its place in time. */
export function jobAt(number: number, state: State = "succeeded"): Job {
  const seconds = String(number).padStart(2, "0");
  return {
    id: `00000000-0000-7000-8000-0000000000${seconds}`,
    type: "system.noop",
    subsystem: "system",
    node: "one",
    queue: "system@one",
    title: `Job ${number}`,
    state,
    priority: 0,
    wait: null,
    slot: null,
    progress: NO_PROGRESS,
    estimate: null,
    warnings: [],
    error: null,
    params: {},
    result: null,
    locks: [],
    requested_by: "ada",
    source: { kind: "user", id: null, slot: null },
    parent_id: null,
    attempt: 1,
    max_attempts: 1,
    cancellable: false,
    cancel_requested_at: null,
    cancel_requested_by: null,
    external: null,
    created_at: `2026-11-27T02:00:${seconds}Z`,
    queued_at: AT,
    started_at: null,
    heartbeat_at: null,
    finished_at: null,
  };
}

const NO_PROGRESS = {
  percent: null,
  phase: null,
  message: null,
  done: null,
  total: null,
  unit: null,
  rate: null,
  eta_s: null,
  updated_at: null,
};
