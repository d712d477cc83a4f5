import { describe, expect, it } from "vitest";

import { judged, type Judged, laneOf, marks, reach, sums, ticks } from "@/schedules/simulation";

const DAY = 86_400_000;
const NOW = Date.parse("2026-11-27T00:00:00Z");

function item(name: string, keep: boolean, reason = "keep_daily") {
  return { name, keep, reason, detail: "", changes: null };
}

function taken(name: string, daysAgo: number, used_bytes = 100) {
  const created_at = new Date(NOW - daysAgo * DAY).toISOString();
  return { name, order: 1000 - daysAgo, created_at, used_bytes };
}

const ALL: Judged[] = judged(
  [item("a@old", false, "not_kept"), item("a@new", true), item("a@gone", false, "not_kept")],
  [taken("a@old", 10), taken("a@new", 0, 5)],
);

it("verdicts stand newest first, those of snapshots that nobody knows last", () => {
  expect(ALL.map((one) => one.name)).toEqual(["a@new", "a@old", "a@gone"]);
  expect(ALL[2]?.used_bytes).toBeNull();
});

it("what goes is counted, and what it uses by itself is summed", () => {
  expect(sums(ALL)).toEqual({ kept: 1, goes: 2, freedBytes: 100 });
});

describe("the timeline", () => {
  it("has a lane for each rule, one for the young, one for what goes", () => {
    expect(laneOf({ keep: true, reason: "keep_weekly" })).toBe("weekly");
    expect(laneOf({ keep: true, reason: "within_lifetime" })).toBe("age");
    expect(laneOf({ keep: true, reason: "held" })).toBe("other");
    expect(laneOf({ keep: false, reason: "keep_weekly" })).toBe("goes");
  });

  it("places marks from the oldest to now, and draws what falls together once", () => {
    const twins = [...ALL, ...ALL];

    expect(marks(twins, NOW - 20 * DAY, NOW)).toEqual([
      ["daily", [100]],
      ["goes", [50]],
    ]);
  });

  it("leaves out what is older than it reaches", () => {
    expect(marks(ALL, NOW - DAY, NOW)).toEqual([["daily", [100]]]);
  });

  it("reaches back to the oldest, or so many days", () => {
    expect(reach(ALL, "all", NOW)).toEqual([NOW - 10 * DAY, NOW]);
    expect(reach(ALL, "week", NOW)).toEqual([NOW - 7 * DAY, NOW]);
  });

  it("has a few round ticks", () => {
    expect(ticks(NOW - 5.5 * DAY, NOW)).toHaveLength(6);
    expect(ticks(NOW - 5.5 * DAY, NOW).every((tick) => tick % DAY === 0)).toBe(true);
    expect(ticks(NOW - 4000 * DAY, NOW).length).toBeLessThanOrEqual(7);
  });
});
