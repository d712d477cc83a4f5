import { expect, it } from "vitest";

import { cartridge } from "@/tape/fixtures";
import { fitsMedia, mediaFiltersOf, NOBODY, valuesOf } from "@/tape/media-filters";

const ROW = cartridge("CAL001L8", { pool: "weekly", state: "open" });

it("reads from an address what is known, and nothing else", () => {
  const search = new URLSearchParams("pool=weekly&state=&colour=red&q=cal");
  expect(mediaFiltersOf(search)).toEqual({ pool: "weekly", q: "cal" });
});

it("lets through what fits all of them", () => {
  expect(fitsMedia(ROW, { pool: "weekly", state: "open", q: "cal001" })).toBe(true);
  expect(fitsMedia(ROW, { pool: "weekly", state: "full" })).toBe(false);
  expect(fitsMedia(ROW, { pool: "week" })).toBe(false);
  expect(fitsMedia(ROW, { q: "CAL002" })).toBe(false);
});

it("finds what is of nobody", () => {
  expect(fitsMedia(ROW, { vault: NOBODY })).toBe(true);
  expect(fitsMedia(ROW, { pool: NOBODY })).toBe(false);
});

it("offers each value once, sorted", () => {
  const rows = [{ pool: "b" }, { pool: null }, { pool: "a" }, { pool: "b" }];
  expect(valuesOf(rows, "pool")).toEqual(["a", "b"]);
});
