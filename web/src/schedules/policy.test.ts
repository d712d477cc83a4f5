import "@/text/i18n";

import { describe, expect, it } from "vitest";

import {
  isoOf,
  kindOf,
  lengthOf,
  ofKind,
  policyInWords,
  samePolicy,
  tidy,
} from "@/schedules/policy";

describe("a policy", () => {
  it("is by age, by number, or keeps everything", () => {
    expect(kindOf({ lifetime: "P14D" })).toBe("age");
    expect(kindOf({ keep_daily: 7, keep_last: 0 })).toBe("count");
    expect(kindOf({ keep_last: 0, keep_daily: null })).toBe("all");
    expect(kindOf(null)).toBe("all");
  });

  it("keeps its least age when it changes its kind", () => {
    expect(ofKind("age", { keep_daily: 1, min_age: "P1D" })).toEqual({
      min_age: "P1D",
      lifetime: "P14D",
    });
    expect(ofKind("all", { min_age: "P1D" })).toBeNull();
  });

  it("is the same as one that says the same in other words", () => {
    expect(samePolicy({ keep_last: 0, keep_daily: 3 }, { keep_daily: 3, lifetime: null })).toBe(
      true,
    );
    expect(samePolicy(null, { keep_daily: 0 })).toBe(true);
    expect(samePolicy({ keep_daily: 3 }, { keep_daily: 4 })).toBe(false);
    expect(samePolicy({ lifetime: "P2W" }, { lifetime: "P14D" })).toBe(true);
    expect(tidy({ keep_yearly: 1, keep_daily: 0 })).toEqual({ keep_yearly: 1 });
  });

  it("is said in words", () => {
    expect(policyInWords(null)).toBe("everything is kept");
    expect(policyInWords({ lifetime: "P14D" })).toBe("14 days");
    expect(policyInWords({ keep_last: 1, keep_daily: 7, min_age: "PT1H" })).toBe(
      "the newest, 7 daily, none younger than 1 hour",
    );
  });
});

describe("a length of time", () => {
  it.each([
    ["P14D", 14, "days"],
    ["P2W", 2, "weeks"],
    ["PT36H", 36, "hours"],
    ["P1Y35D", 400, "days"],
    ["P1DT12H", 36, "hours"],
    ["PT90M", 90, "minutes"],
    ["PT24H", 1, "days"],
  ])("%s is %i %s", (iso, amount, unit) => expect(lengthOf(iso)).toEqual({ amount, unit }));

  it("that is none is null", () => {
    expect(lengthOf("14")).toBeNull();
    expect(lengthOf("P")).toBeNull();
  });

  it("is written as the API takes it", () => {
    expect(isoOf({ amount: 2, unit: "weeks" })).toBe("P2W");
    expect(isoOf({ amount: 36, unit: "hours" })).toBe("PT36H");
    expect(isoOf({ amount: 0, unit: "days" })).toBe("P1D");
  });
});
