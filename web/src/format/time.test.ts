import "@/text/i18n";

import { describe, expect, it } from "vitest";

import { day, duration, local, relative, utc } from "@/format/time";

const NOON = new Date("2026-03-29T12:00:00Z");

function later(s: number): Date {
  return new Date(NOON.getTime() + s * 1000);
}

describe("a length of time", () => {
  it.each([
    [0, "0 s"],
    [59.4, "59 s"],
    [60, "1 min"],
    [185, "3 min 5 s"],
    [7800, "2 h 10 min"],
    [86400 * 4 + 3600 * 3 + 59, "4 d 3 h"],
    [-5, "0 s"],
  ])("of %d seconds is %s", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});

describe("how long ago", () => {
  it.each([
    [3, "now"],
    [-3, "now"],
    [-40, "40 s ago"],
    [-200, "3 min ago"],
    [-7200, "2 h ago"],
    [7200, "in 2 h"],
    [86400 * 3, "in 3 d"],
  ])("%d s from now is %s", (seconds, text) => {
    expect(relative(later(seconds), NOON)).toBe(text);
  });
});

it("tells an instant in a zone, and in UTC", () => {
  expect(local(NOON, "Europe/Vienna")).toBe("29 Mar 2026, 14:00:00");
  expect(day(NOON, "Pacific/Auckland")).toBe("30 Mar");
  expect(utc(NOON)).toBe("2026-03-29 12:00:00 UTC");
});
