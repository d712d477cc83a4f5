import { describe, expect, it } from "vitest";

import {
  changesNear,
  clockChanges,
  inZone,
  isZone,
  nextChange,
  offsetMin,
  spanOf,
  startOfDay,
  wallOf,
  zones,
} from "@/schedules/zones";

const at = (text: string) => Date.parse(text);
const of = (zone: string, from: string, to: string) => clockChanges(zone, at(from), at(to));

describe("clock changes", () => {
  it("of Vienna are at one o'clock UTC, an hour each way", () => {
    const found = of("Europe/Vienna", "2026-01-01T00:00Z", "2027-01-01T00:00Z");

    expect(found).toEqual([
      { at: new Date("2026-03-29T01:00Z"), beforeMin: 60, afterMin: 120 },
      { at: new Date("2026-10-25T01:00Z"), beforeMin: 120, afterMin: 60 },
    ]);
  });

  it("of Lord Howe are half an hour", () => {
    const found = of("Australia/Lord_Howe", "2026-01-01T00:00Z", "2027-01-01T00:00Z");

    expect(found).toEqual([
      { at: new Date("2026-04-04T15:00Z"), beforeMin: 660, afterMin: 630 },
      { at: new Date("2026-10-03T15:30Z"), beforeMin: 630, afterMin: 660 },
    ]);
  });

  it("of Sao Paulo were at midnight, and are no more", () => {
    const found = of("America/Sao_Paulo", "2018-01-01T00:00Z", "2019-01-01T00:00Z");

    expect(found.map((one) => one.at.toISOString())).toEqual([
      "2018-02-18T02:00:00.000Z",
      "2018-11-04T03:00:00.000Z",
    ]);
    expect(of("America/Sao_Paulo", "2026-01-01T00:00Z", "2027-01-01T00:00Z")).toEqual([]);
  });

  it("of UTC there are none", () => {
    expect(of("UTC", "2026-01-01T00:00Z", "2027-01-01T00:00Z")).toEqual([]);
    expect(nextChange("UTC", at("2026-01-01T00:00Z"))).toBeNull();
  });

  it("are looked for only near the instants that matter, and told once", () => {
    const near = [at("2026-03-28T12:00Z"), at("2026-03-29T12:00Z"), at("2030-01-01T12:00Z")];

    expect(changesNear("Europe/Vienna", near).map((one) => one.at)).toEqual([
      new Date("2026-03-29T01:00Z"),
    ]);
  });

  it("are found ahead", () => {
    const next = nextChange("Europe/Vienna", at("2026-11-27T00:00Z"));

    expect(next?.at).toEqual(new Date("2027-03-28T01:00Z"));
  });
});

it("a gap and a fold are spans of the clock on the wall", () => {
  const [spring, autumn] = of("Europe/Vienna", "2026-01-01T00:00Z", "2027-01-01T00:00Z");

  expect(spring && spanOf(spring)).toEqual({
    kind: "gap",
    from: at("2026-03-29T02:00Z"),
    to: at("2026-03-29T03:00Z"),
  });
  expect(autumn && spanOf(autumn)).toEqual({
    kind: "fold",
    from: at("2026-10-25T02:00Z"),
    to: at("2026-10-25T03:00Z"),
  });
});

it("offsets run east, and west", () => {
  expect(offsetMin("Asia/Kolkata", at("2026-01-01T00:00Z"))).toBe(330);
  expect(offsetMin("America/New_York", at("2026-01-01T00:00Z"))).toBe(-300);
  expect(wallOf("UTC", 5)).toBe(5);
});

it("zones are those that the API takes", () => {
  expect(zones()[0]).toBe("UTC");
  expect(zones()).toContain("Europe/Vienna");
  expect(isZone("Europe/Vienna")).toBe(true);
  expect(isZone("Europe/Atlantis")).toBe(false);
  expect(isZone("EST5EDT")).toBe(false);
});

it("an instant is written as its zone shows it", () => {
  expect(inZone(new Date("2026-03-29T01:00Z"), "Europe/Vienna")).toBe("Sun, 29 Mar 2026, 03:00");
});

it("a day begins at its zone's midnight, on the day of a change too", () => {
  expect(startOfDay("Europe/Vienna", "2026-03-29")).toBe(at("2026-03-28T23:00Z"));
  expect(startOfDay("Europe/Vienna", "2026-03-30")).toBe(at("2026-03-29T22:00Z"));
  expect(startOfDay("America/New_York", "2026-01-01")).toBe(at("2026-01-01T05:00Z"));
});
