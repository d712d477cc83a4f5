import { expect, it } from "vitest";

import { tagOf } from "@/tape/tags";

it("gives each of a few names a colour of its own, in whatever order they come", () => {
  const names = ["weekly", "daily", "offsite", "daily"];
  expect(names.map((name) => tagOf(name, names))).toEqual([
    "bg-tag-3",
    "bg-tag-1",
    "bg-tag-2",
    "bg-tag-1",
  ]);
});

it("begins again when colours run out, and has none for a name that it does not know", () => {
  const names = ["a", "b", "c", "d", "e", "f", "g"];
  expect(tagOf("g", names)).toBe(tagOf("a", names));
  expect(tagOf("z", names)).toBeUndefined();
});
