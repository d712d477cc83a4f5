import { describe, expect, it } from "vitest";

import {
  clustersOf,
  fittingSpan,
  labelOf,
  placeOf,
  SPANS,
  stretchOf,
  ticksOf,
  zoomedOn,
} from "@/storage/timeline";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 2, 15, 12);

describe("the stretch of time", () => {
  it("of a span ends a little after now", () => {
    const { from, to } = stretchOf("week", [], NOW);
    expect(from).toBe(NOW - 7 * DAY);
    expect(to).toBeGreaterThan(NOW);
  });

  it("of all begins before the oldest, and is never nothing", () => {
    const oldest = NOW - 800 * DAY;
    expect(stretchOf("all", [NOW, oldest], NOW).from).toBeLessThan(oldest);
    expect(stretchOf("all", [], NOW).from).toBeLessThan(NOW);
  });

  it("that is shown first is the smallest that shows all", () => {
    expect(fittingSpan([NOW - 4 * HOUR], NOW)).toBe("day");
    expect(fittingSpan([NOW - HOUR, NOW - 8 * DAY], NOW)).toBe("month");
    expect(fittingSpan([NOW - 400 * DAY], NOW)).toBe("all");
  });

  it("is made to measure where a span would be all but empty", () => {
    expect(fittingSpan([NOW - HOUR], NOW)).toBe("all");
    expect(fittingSpan([], NOW)).toBe("all");
  });

  it("that is zoomed in on holds what was asked for, even one instant", () => {
    const { from, to } = zoomedOn([NOW - HOUR, NOW]);
    expect([from < NOW - HOUR, to > NOW, to - from < 2 * HOUR]).toEqual([true, true, true]);
    const instant = zoomedOn([NOW, NOW]);
    expect(instant.to).toBeGreaterThan(instant.from);
  });
});

it("places the edges at 0 and 1", () => {
  expect([10, 15, 20].map((at) => placeOf(at, { from: 10, to: 20 }))).toEqual([0, 0.5, 1]);
});

describe("marks", () => {
  const clusters = (times: number[], gap: number) =>
    clustersOf(times, (at) => at, { from: 0, to: 100 }, gap).map(({ items }) => items);

  it("that would cover each other stand together, from left to right", () => {
    expect(clusters([10, 50, 52, 53, 90], 0.05)).toEqual([[10], [53, 52, 50], [90]]);
  });

  it("never stand nearer than the gap, however many there are", () => {
    const many = Array.from({ length: 1000 }, (_, at) => at / 10);
    const places = clustersOf(many, (at) => at, { from: 0, to: 100 }, 0.05).map((c) => c.place);
    const gaps = places.slice(1).map((place, at) => place - (places[at] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0.05 - 1e-9);
  });

  it("outside of the stretch are not shown", () => {
    expect(clusters([-1, 0, 100, 101], 0)).toEqual([[0], [100]]);
  });
});

describe("ticks", () => {
  it.each(SPANS)("of a %s are few, in order and within", (span) => {
    const stretch = stretchOf(span, [NOW - 1000 * DAY], NOW);
    const ticks = ticksOf(stretch);
    expect(ticks.length).toBeGreaterThan(2);
    expect(ticks.length).toBeLessThanOrEqual(9);
    expect(ticks.every(({ at }) => at >= stretch.from && at <= stretch.to)).toBe(true);
    expect(ticks.map(({ at }) => at)).toEqual(ticks.map(({ at }) => at).toSorted((a, b) => a - b));
  });

  it("of a day are times, and its midnight is a date", () => {
    const labels = ticksOf(stretchOf("day", [], NOW)).map(labelOf);
    expect(labels.some((text) => /^\d\d:00$/.test(text))).toBe(true);
    expect(labels.filter((text) => text.includes("Mar"))).toHaveLength(1);
  });

  it("of an hour are minutes", () => {
    const labels = ticksOf({ from: NOW - HOUR, to: NOW }).map(labelOf);
    expect(labels.length).toBeGreaterThan(3);
    expect(labels.every((text) => /^\d\d:\d\d$/.test(text))).toBe(true);
  });

  it("of a year are months", () => {
    expect(ticksOf(stretchOf("year", [], NOW)).map(labelOf)).toContain("Jan 2026");
  });
});
