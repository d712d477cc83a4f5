import { expect, it } from "vitest";

import { lookAgainMs } from "@/schedules/look-again";

const NOW = Date.parse("2026-11-27T02:00:00Z");
const due = (at: string | null) => ({ next_fire_at: at });

it("schedules are looked at again just after the next of their slots", () => {
  const all = [due("2026-11-27T02:02:00Z"), due("2026-11-27T02:01:00Z"), due(null)];

  expect(lookAgainMs(all, NOW)).toBe(61_500);
});

it("a slot that is late is not asked about in a storm", () => {
  expect(lookAgainMs([due("2026-11-27T01:00:00Z")], NOW)).toBe(3000);
});

it("where none will fire they are looked at now and then", () => {
  expect(lookAgainMs([due(null)], NOW)).toBe(300_000);
  expect(lookAgainMs([], NOW)).toBe(300_000);
});
