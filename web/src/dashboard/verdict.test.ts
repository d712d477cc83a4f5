import { expect, it } from "vitest";

import { verdictOf } from "@/dashboard/verdict";

const NOW = new Date("2026-11-27T12:00:00Z");
const GOOD = {
  is_enabled: true,
  good_at: "2026-11-26T23:00:00Z",
  next_run_at: "2026-11-27T23:00:00Z",
};

it.each([
  [GOOD, "good"],
  [{ ...GOOD, good_at: null, is_enabled: false }, "never"],
  [{ ...GOOD, good_at: "2026-11-19T11:00:00Z", next_run_at: null }, "old"],
  [{ ...GOOD, good_at: "2026-11-19T13:00:00Z" }, "good"],
  [{ ...GOOD, is_enabled: false, next_run_at: null }, "off"],
  [{ ...GOOD, next_run_at: null }, "unscheduled"],
])("%j is %s", (row, verdict) => {
  expect(verdictOf(row, NOW)).toBe(verdict);
});
