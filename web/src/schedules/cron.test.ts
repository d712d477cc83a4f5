import { describe, expect, it } from "vitest";

import { evenStep, parseCron } from "@/schedules/cron";

describe("a cron rule", () => {
  it("takes numbers, ranges, lists, steps and names", () => {
    const rule = parseCron("0,30 8-18/2 1 jan-mar MON-fri");

    expect(rule?.minutes).toEqual([0, 30]);
    expect(rule?.hours).toEqual([8, 10, 12, 14, 16, 18]);
    expect(rule?.months).toEqual([1, 2, 3]);
    expect(rule?.weekdays).toEqual([1, 2, 3, 4, 5]);
  });

  it("takes 0 and 7 for Sunday, and a start with a step up to the end of its field", () => {
    expect(parseCron("0 0 * * 7")?.weekdays).toEqual([0]);
    expect(parseCron("5/20 0 * * *")?.minutes).toEqual([5, 25, 45]);
    expect(parseCron("0 0 * * *")?.weekdays).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it("tells elapsed time from the clock on the wall by a star in the hours", () => {
    expect(parseCron("0 */2 * * *")?.anyHour).toBe(true);
    expect(parseCron("0 0-23 * * *")?.anyHour).toBe(false);
  });

  it.each(["", "* * * *", "60 * * * *", "5-2 * * * *", "*-3 * * * *", "* * 0 * *", "@daily"])(
    "is none of %j",
    (text) => expect(parseCron(text)).toBeNull(),
  );

  it.each(["*/0 * * * *", "* * * foo *", "* * * * 8", "* * * * * *", "1,,2 * * * *"])(
    "is none of %j either",
    (text) => expect(parseCron(text)).toBeNull(),
  );
});

describe("an even step", () => {
  it("begins at 0 and comes round", () => {
    expect(evenStep([0, 15, 30, 45], 60)).toBe(15);
    expect(evenStep([5, 20, 35, 50], 60)).toBeNull();
    expect(evenStep([0, 7, 14, 21, 28, 35, 42, 49, 56], 60)).toBeNull();
  });
});
