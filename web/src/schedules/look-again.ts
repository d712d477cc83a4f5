/** When schedules are worth another look: nothing tells of a slot that was skipped. */
import type { Schedule } from "@/api/types";

const DECIDED_MS = 1500; // schedulers look twice a second
const SOONEST_MS = 3000; // however many are due, or this clock is ahead
const LATEST_MS = 300_000;

/** In how many ms the next slot of any of these has been decided on. */
export function lookAgainMs(
  schedules: readonly Pick<Schedule, "next_fire_at">[],
  now: number,
): number {
  const due = schedules.flatMap(({ next_fire_at: at }) => (at ? [Date.parse(at)] : []));
  const wait = Math.min(...due) - now + DECIDED_MS;
  return Math.min(Math.max(wait, SOONEST_MS), LATEST_MS);
}
