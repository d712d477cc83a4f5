import { describe, expect, it } from "vitest";

import type { Sample } from "@/api/types";
import { fullInDays, pointsOf } from "@/dashboard/trend";

const DAY_MS = 86_400_000;

function growing(percents: readonly number[]) {
  return percents.map((percent, day) => ({ at: day * DAY_MS, percent }));
}

it("takes the samples of the pool, also where another node has one of its name", () => {
  const samples: Sample[] = ["one", "two"].map((node) => ({
    node,
    key: "tank",
    at: "2026-11-27T02:00:00Z",
    values: { allocated_bytes: 25, size_bytes: 100 },
  }));
  expect(pointsOf(samples, { key: "tank", node: "two" })).toEqual([
    { at: Date.parse("2026-11-27T02:00:00Z"), percent: 25 },
  ]);
});

it("divides nothing by a size that is not known", () => {
  const empty = { node: "one", key: "tank", at: "2026-11-27T02:00:00Z", values: {} };
  expect(pointsOf([empty], empty)[0]?.percent).toBe(0);
});

describe("a pool is full", () => {
  it("when its growth of every day has filled it", () => {
    expect(fullInDays(growing([50, 51, 52, 53]))).toBe(47);
  });

  it("about then, when it grows by fits and starts", () => {
    expect(fullInDays(growing([50, 52, 51, 54, 53]))).toBeGreaterThan(40);
  });

  it.each([
    ["it shrinks", [60, 55, 50]],
    ["it stays", [60, 60, 60]],
    ["there is too little to tell by", [10, 90]],
    ["nobody can look so far", [1, 1.0001, 1.0002]],
  ])("never that one could say, when %s", (_why, percents) => {
    expect(fullInDays(growing(percents))).toBeNull();
  });

  it("now, when it is", () => {
    expect(fullInDays(growing([98, 99, 100]))).toBe(0);
  });
});
