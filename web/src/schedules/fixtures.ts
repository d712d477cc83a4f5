import type { Schedule } from "@/api/types";

/** A schedule for tests. */
export function schedule(changes: Partial<Schedule> = {}): Schedule {
  return {
    id: "00000000-0000-7000-8000-000000000001",
    name: "Nightly",
    enabled: true,
    cron: "30 2 * * *",
    tz: "Europe/Vienna",
    begin: null,
    end: null,
    type: "storage.snapshot_create",
    params: { dataset: "tank/home", recursive: false },
    node: null,
    overlap: "skip",
    missed: "run_once",
    misfire_grace_s: 300,
    jitter_s: 0,
    retention: null,
    owner: "ada",
    next_fire_at: "2026-11-28T01:30:00Z",
    last_fire_at: null,
    trouble: null,
    created_at: "2026-11-27T02:00:00Z",
    updated_at: "2026-11-27T02:00:00Z",
    updated_by: "ada",
    ...changes,
  };
}
