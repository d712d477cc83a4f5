import { describe, expect, it } from "vitest";

import { dataset } from "@/storage/fixtures";
import { linesOf, move } from "@/storage/tree";

const NAMES = ["tank", "tank/a-b", "tank/a", "tank/a/c", "tank/disk10", "tank/disk9", "vault"];
const ROWS = NAMES.map((name) => dataset(name));
const OPEN = new Set(["one tank", "one tank/a"]);

describe("the tree", () => {
  it("shows children under their parent, by parts of the name and by number", () => {
    expect(linesOf(ROWS, OPEN).map(({ label, level }) => `${level} ${label}`)).toEqual([
      "1 tank",
      "2 a",
      "3 c",
      "2 a-b",
      "2 disk9",
      "2 disk10",
      "1 vault",
    ]);
  });

  it("hides what is below a closed line", () => {
    expect(linesOf(ROWS, new Set()).map(({ label }) => label)).toEqual(["tank", "vault"]);
  });

  it("with a text shows what holds it and what is above, opened", () => {
    const lines = linesOf(ROWS, new Set(), "A/C");
    expect(lines.map(({ label, isExpanded }) => [label, isExpanded])).toEqual([
      ["tank", true],
      ["a", true],
      ["c", false],
    ]);
  });

  it("counts places among what is shown", () => {
    const [tank, a] = linesOf(ROWS, OPEN, "a/c");
    expect([tank?.siblings, a?.place, a?.siblings]).toEqual([1, 1, 1]);
  });

  it("hangs a dataset without its parent on the nearest one above", () => {
    const lines = linesOf([dataset("tank"), dataset("tank/x/y")], OPEN);
    expect(lines.map(({ label, level }) => [label, level])).toEqual([
      ["tank", 1],
      ["x/y", 2],
    ]);
  });

  it("keeps the same name on two nodes apart", () => {
    const lines = linesOf([dataset("tank"), dataset("tank", { node: "two" })], new Set());
    expect(lines.map(({ id }) => id)).toEqual(["one tank", "two tank"]);
  });

  it("holds 2,000 datasets, and shows those of them that are open", () => {
    const many = Array.from({ length: 2000 }, (_, at) => dataset(`tank/d${at % 50}/e${at}`));
    const tops = Array.from({ length: 50 }, (_, at) => dataset(`tank/d${at}`));
    const lines = linesOf(
      [dataset("tank"), ...tops, ...many],
      new Set(["one tank", "one tank/d7"]),
    );
    expect(lines).toHaveLength(1 + 50 + 40);
  });
});

describe("a key", () => {
  const lines = linesOf(ROWS, OPEN);

  it.each([
    ["ArrowDown", 0, { focus: 1 }],
    ["ArrowUp", 0, { focus: 0 }],
    ["End", 0, { focus: 6 }],
    ["Home", 4, { focus: 0 }],
    ["ArrowRight", 0, { focus: 1 }],
    ["ArrowRight", 2, { focus: 2 }],
    ["ArrowLeft", 2, { focus: 1 }],
    ["ArrowLeft", 1, { focus: 1, toggle: "one tank/a" }],
    ["ArrowLeft", 6, { focus: 6 }],
  ])("%s on line %d leads where a treegrid leads", (key, at, expected) => {
    expect(move(lines, at, key)).toEqual(expected);
  });

  it("to the right opens what is closed", () => {
    const closed = linesOf(ROWS, new Set());
    expect(move(closed, 0, "ArrowRight")).toEqual({ focus: 0, toggle: "one tank" });
  });

  it("that is not of a tree is left alone", () => {
    expect(move(lines, 0, "x")).toBeNull();
  });
});
