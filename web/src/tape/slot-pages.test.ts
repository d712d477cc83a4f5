import { expect, it } from "vitest";

import { PAGE_SLOTS, pageAsked, pagesOf } from "@/tape/slot-pages";

it("shows every slot of a large library on one page, in order, and few at once", () => {
  const slots = Array.from({ length: 8500 }, (_, at) => at + 1);
  const pages = pagesOf(slots);
  expect(pages.flat()).toEqual(slots);
  expect(pages.every((page) => page.length > 0 && page.length <= PAGE_SLOTS)).toBe(true);
});

it("has no page where there is no slot", () => {
  expect(pagesOf([])).toEqual([]);
  expect(pageAsked("3", 0)).toBe(0);
});

it.each([
  [null, 0],
  ["2", 2],
  ["99", 4],
  ["-1", 0],
  ["1.5", 1],
  ["nonsense", 0],
])("takes %s of an address for page %i of five", (text, page) => {
  expect(pageAsked(text, 5)).toBe(page);
});
