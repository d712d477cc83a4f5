import { expect, it } from "vitest";

import type { Retention } from "@/api/types";
import { lengthOf, partsOf } from "@/storage/policy";

it("says each rule that is set, and nothing of those that are zero", () => {
  const policy = { keep_last: 5, keep_daily: 0, keep_weekly: null, keep_yearly: 1 } as Retention;
  expect(partsOf(policy)).toEqual([
    { rule: "keep_last", count: 5 },
    { rule: "keep_yearly", count: 1 },
  ]);
  expect(partsOf(null)).toEqual([]);
});

it.each([
  ["P14D", 14, 0, 0],
  ["P2W", 14, 0, 0],
  ["PT36H", 0, 36, 0],
  ["P1DT2H30M", 1, 2, 30],
])("reads %s as %d d %d h %d min", (text, days, hours, minutes) => {
  expect(lengthOf(text)).toEqual({ days, hours, minutes });
});
