import { expect, it } from "vitest";

import { detailOf, filtersFor } from "@/submit/choices";
import { added, mapOf } from "@/submit/controls/adding";
import { fitting } from "@/submit/controls/choice";

it("tells rows apart by a second line", () => {
  const pool = { key: "tank", node: "a", name: "tank", health: "ONLINE", size_bytes: 1024 ** 3 };
  expect(detailOf({ ...pool, free_bytes: 512 })).toBe("ONLINE · 1 GiB size · 512 B free");
  expect(detailOf({ key: "7", node: "a", name: "nightly", bytes: 0, client: "" })).toBe(
    "nightly · 0 B",
  );
  expect(detailOf({ key: "x", node: "a" })).toBeUndefined();
});

it("asks for the snapshots of the dataset that was typed, which may be many", () => {
  expect(filtersFor("storage/snapshots", "tank/a@au")).toEqual({ dataset: "tank/a" });
  expect(filtersFor("storage/snapshots", "tank/a")).toEqual({});
  expect(filtersFor("tape/media", "a@b")).toEqual({});
});

it("adds what was typed or pasted, a line each, and nothing twice", () => {
  expect(added(["a"], " b \n\na\nc")).toEqual(["a", "b", "c"]);
  expect(added(["a"], "  ")).toEqual(["a"]);
});

it("makes a map of finished entries only", () => {
  expect(
    mapOf([
      ["a", "1"],
      ["", "2"],
      ["b", undefined],
    ]),
  ).toEqual({ a: "1" });
  expect(mapOf([["", "2"]])).toBeUndefined();
});

it("makes a number where one is asked for, and leaves other text to be refused", () => {
  expect(fitting("integer", "12")).toBe(12);
  expect(fitting("integer", "12a")).toBe("12a");
  expect(fitting("string", "12")).toBe("12");
  expect(fitting("string", "")).toBeUndefined();
});
