import "@/text/i18n";

import { describe, expect, it } from "vitest";

import { clockNotes, isOn, isWithin } from "@/schedules/clock-notes";
import { parseCron } from "@/schedules/cron";

const VIENNA = "Europe/Vienna";
const texts = (cron: string, fires: string[], tz = VIENNA) =>
  clockNotes({ cron, tz }, fires).map((one) => one.text);

describe("on the day that clocks go forward", () => {
  const fires = ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"];

  it("a time that does not exist runs at the first that does", () => {
    expect(texts("30 2 * * *", fires)).toEqual([
      "02:30 does not exist on 29 March 2026: runs at 03:00.",
    ]);
    expect(clockNotes({ cron: "30 2 * * *", tz: VIENNA }, fires)[0]?.fires).toEqual([
      Date.parse("2026-03-29T01:00:00Z"),
    ]);
  });

  it("several such times are named and run once", () => {
    expect(texts("0,30 2 * * *", fires)).toEqual([
      "02:00, 02:30 do not exist on 29 March 2026: runs once, at 03:00.",
    ]);
  });

  it("another time is no matter", () => {
    expect(texts("30 4 * * *", ["2026-03-29T02:30:00Z"])).toEqual([]);
  });

  it("nor is a time outside of the window", () => {
    const rule = { cron: "30 2,5 * * *", tz: VIENNA, begin: "04:00", end: "06:00" };
    expect(clockNotes(rule, ["2026-03-29T03:30:00Z"])).toEqual([]);
  });

  it("a rule of elapsed time makes nothing up", () => {
    expect(texts("0 * * * *", ["2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"])).toEqual([
      "On 29 March 2026 clocks go from 02:00 to 03:00: the rule goes by elapsed time, nothing is lost or made up.",
    ]);
  });
});

describe("on the day that clocks go back", () => {
  it("a time that comes twice runs at the first", () => {
    expect(texts("30 2 * * *", ["2026-10-25T00:30:00Z"])).toEqual([
      "02:30 comes twice on 25 October 2026: runs once, at the first.",
    ]);
  });

  it("a rule of elapsed time runs in both passes", () => {
    const fires = ["2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"];
    expect(texts("0 * * * *", fires)).toEqual([
      "The time from 02:00 to 03:00 comes twice on 25 October 2026: runs in both.",
    ]);
  });

  it("half an hour is all that Lord Howe has of it", () => {
    const zone = "Australia/Lord_Howe";
    expect(texts("45 1 * * *", ["2026-04-04T14:45:00Z"], zone)).toEqual([
      "01:45 comes twice on 5 April 2026: runs once, at the first.",
    ]);
    expect(texts("15 1 * * *", ["2026-04-04T14:15:00Z"], zone)).toEqual([]);
  });
});

it("UTC has no such days", () => {
  expect(texts("30 2 * * *", ["2026-03-29T02:30:00Z"], "UTC")).toEqual([]);
});

it("one kind of days is enough where both are set, as in cron", () => {
  const rule = parseCron("0 0 1 * 1");
  if (rule === null) throw new Error("no rule");

  expect(isOn(rule, new Date("2026-06-01T00:00Z"))).toBe(true); // a Monday, too
  expect(isOn(rule, new Date("2026-07-01T00:00Z"))).toBe(true); // a Wednesday
  expect(isOn(rule, new Date("2026-07-06T00:00Z"))).toBe(true); // a Monday
  expect(isOn(rule, new Date("2026-07-07T00:00Z"))).toBe(false);
});

it("a window may go over midnight", () => {
  const night = { cron: "", tz: "UTC", begin: "22:00", end: "04:00" };

  expect(isWithin(night, "23:30")).toBe(true);
  expect(isWithin(night, "04:00")).toBe(true);
  expect(isWithin(night, "12:00")).toBe(false);
});
