import { describe, expect, it } from "vitest";

import {
  clocks,
  cronOf,
  type Every,
  EVERY,
  patternOf,
  switched,
  toggled,
  withOneMore,
  withoutTime,
  withTime,
} from "@/schedules/pattern";

describe("a rule made by choosing", () => {
  it.each([
    "* * * * *",
    "*/15 * * * *",
    "0 * * * *",
    "20 */6 * * *",
    "30 2 * * *",
    "30 2,14 * * *",
    "30 2 * * 1,3,5",
    "30 2 * * 0-6",
    "0 3 1,15 * *",
    "0 3 24 12 *",
  ])("%s comes back as it was written", (cron) => {
    const pattern = patternOf(cron);

    expect(pattern && cronOf(pattern)).toBe(cron);
  });

  it.each([
    "*/7 * * * *",
    "0,31 2 * * *",
    "0 3 1 * 1",
    "0 */5 * * *",
    "0 * * * 1",
    "0 3 1 1,7 *",
    "0 3 */2 * *",
    "nonsense",
  ])("%s can only be written", (cron) => expect(patternOf(cron)).toBeNull());

  it.each(EVERY)("of every %s begins as one that can be chosen again", (every: Every) => {
    expect(patternOf(cronOf(switched(every, null)))?.every).toBe(every);
  });

  it("keeps its times when its days change", () => {
    expect(cronOf(switched("week", patternOf("15 4,16 * * *")))).toBe("15 4,16 * * 0");
  });
});

describe("times of a day", () => {
  const times = { minute: 30, hours: [2, 14] };

  it("share one minute", () => {
    expect(clocks(withTime(times, 1, "18:05"))).toEqual(["02:05", "18:05"]);
    expect(withTime(times, 0, "")).toBe(times);
  });

  it("grow by an hour that is free, and shrink", () => {
    expect(withOneMore({ minute: 0, hours: [2] }).hours).toEqual([2, 14]);
    expect(withOneMore(times).hours).toEqual([2, 14, 15]);
    expect(withoutTime(times, 0).hours).toEqual([14]);
  });
});

it("a rule keeps at least one day", () => {
  expect(toggled([1, 3], 2)).toEqual([1, 2, 3]);
  expect(toggled([1, 3], 1)).toEqual([3]);
  expect(toggled([3], 3)).toEqual([3]);
});
