import { expect, it } from "vitest";

import { targetAfter } from "@/tape/arrows";

// 0 1
// 2 3 4
const SPOTS = [
  { x: 0, y: 0 },
  { x: 100, y: 0 },
  { x: 0, y: 50 },
  { x: 100, y: 50 },
  { x: 200, y: 50 },
];

it("goes through all targets with left and right, round and round", () => {
  expect([0, 1, 2, 3, 4].map((at) => targetAfter("ArrowRight", SPOTS, at))).toEqual([
    1, 2, 3, 4, 0,
  ]);
  expect(targetAfter("ArrowLeft", SPOTS, 0)).toBe(4);
});

it("goes straight up and down, and stays where there is nothing more", () => {
  expect(targetAfter("ArrowDown", SPOTS, 1)).toBe(3);
  expect(targetAfter("ArrowUp", SPOTS, 4)).toBe(1);
  expect(targetAfter("ArrowUp", SPOTS, 0)).toBe(0);
});

it("knows the first and the last, and leaves every other key alone", () => {
  expect(targetAfter("Home", SPOTS, 3)).toBe(0);
  expect(targetAfter("End", SPOTS, 0)).toBe(4);
  expect(targetAfter("Tab", SPOTS, 0)).toBeNull();
});
