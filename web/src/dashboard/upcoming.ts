import type { Schedule } from "@/api/types";

/** The schedules that will fire, soonest first. */
export function upcoming(schedules: readonly Schedule[]): Schedule[] {
  return schedules
    .filter((schedule) => schedule.enabled && schedule.next_fire_at !== null)
    .toSorted((a, b) => (a.next_fire_at ?? "").localeCompare(b.next_fire_at ?? ""));
}
