import { expect, it } from "vitest";

import type { Schedule } from "@/api/types";
import { upcoming } from "@/dashboard/upcoming";

function schedule(name: string, next: string | null, enabled = true): Schedule {
  return { name, next_fire_at: next, enabled } as Schedule;
}

it("lists what will fire, soonest first", () => {
  const all = [
    schedule("late", "2026-11-28T00:00:00Z"),
    schedule("off", "2026-11-27T00:00:00Z", false),
    schedule("soon", "2026-11-27T12:00:00Z"),
    schedule("over", null),
  ];
  expect(upcoming(all).map((one) => one.name)).toEqual(["soon", "late"]);
});
