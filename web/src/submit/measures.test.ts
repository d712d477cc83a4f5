import { describe, expect, it } from "vitest";

import {
  byteMeasure,
  fromLocal,
  rateMeasure,
  shownAmount,
  spanMeasure,
  timeMeasure,
  toLocal,
} from "@/submit/measures";

describe("sizes", () => {
  it("are shown in the largest unit that is a whole number of them", () => {
    expect(byteMeasure.split(1536)).toEqual({ text: "1536", unit: "B" });
    expect(byteMeasure.split(3 * 1024 ** 3)).toEqual({ text: "3", unit: "GiB" });
    expect(byteMeasure.split(0)).toEqual({ text: "0", unit: "GiB" });
    expect(rateMeasure.split(1024 ** 2)).toEqual({ text: "1", unit: "MiB/s" });
  });

  it("are whole bytes, whatever was typed", () => {
    expect(byteMeasure.join({ text: "1.5", unit: "KiB" })).toBe(1536);
    expect(byteMeasure.join({ text: "0.3", unit: "KiB" })).toBe(307);
    expect(byteMeasure.join({ text: "", unit: "KiB" })).toBeUndefined();
    expect(byteMeasure.join({ text: "many", unit: "KiB" })).toBeUndefined();
  });
});

it("says times in the unit that fits", () => {
  expect(timeMeasure.split(5184000)).toEqual({ text: "60", unit: "d" });
  expect(timeMeasure.split(90)).toEqual({ text: "90", unit: "s" });
  expect(timeMeasure.join({ text: "2", unit: "h" })).toBe(7200);
});

it("reads and writes durations of one unit, and leaves others alone", () => {
  expect(spanMeasure.split("P14D")).toEqual({ text: "14", unit: "d" });
  expect(spanMeasure.split("PT6H")).toEqual({ text: "6", unit: "h" });
  expect(spanMeasure.split("P1DT6H")).toBeNull();
  expect(spanMeasure.join({ text: "2", unit: "weeks" })).toBe("P2W");
  expect(spanMeasure.join({ text: "6", unit: "h" })).toBe("PT6H");
  expect(spanMeasure.join({ text: "", unit: "d" })).toBeUndefined();
});

describe("what is shown", () => {
  it("is what was typed as long as it means the value", () => {
    const typed = { text: "0.50", unit: "GiB" };
    expect(shownAmount(byteMeasure, typed, 512 * 1024 ** 2)).toBe(typed);
  });

  it("is the value when that came from elsewhere, and empty when there is none", () => {
    const typed = { text: "7", unit: "GiB" };
    expect(shownAmount(byteMeasure, typed, 1024)).toEqual({ text: "1", unit: "KiB" });
    expect(shownAmount(byteMeasure, typed, undefined)).toEqual({ text: "", unit: "GiB" });
  });
});

it("takes a local time there and back to the minute", () => {
  const iso = "2026-11-27T02:15:00.000Z";
  expect(fromLocal(toLocal(iso))).toBe(iso);
  expect(toLocal("")).toBe("");
  expect(fromLocal("")).toBeUndefined();
});
