import { expect, it } from "vitest";

import { narrowed, SHOWN, stepped } from "@/ui/choices";

const POOLS = [{ value: "tank", detail: "ONLINE" }, { value: "dozer" }];

it("narrows choices down by value and by detail, whatever the case", () => {
  expect(narrowed(POOLS, "DOZ").shown).toEqual([POOLS[1]]);
  expect(narrowed(POOLS, "online").shown).toEqual([POOLS[0]]);
});

it("shows all of them again once one is picked", () => {
  expect(narrowed(POOLS, "tank").shown).toEqual(POOLS);
});

it("shows only as many as can be read, and how many there are besides", () => {
  const many = Array.from({ length: SHOWN + 7 }, (_, nth) => ({ value: `v${nth}` }));
  expect(narrowed(many, "")).toEqual({ shown: many.slice(0, SHOWN), more: 7 });
});

it("goes round in a circle by the arrow keys", () => {
  expect(stepped(-1, 1, 3)).toBe(0);
  expect(stepped(-1, -1, 3)).toBe(2);
  expect(stepped(2, 1, 3)).toBe(0);
  expect(stepped(0, -1, 3)).toBe(2);
  expect(stepped(0, 1, 0)).toBe(-1);
});
