import { expect, it } from "vitest";

import { keptOf, toggled } from "@/storage/expanded";

it("opens what is closed and closes what is open", () => {
  expect(toggled(["a"], "b")).toEqual(["a", "b"]);
  expect(toggled(["a", "b"], "a")).toEqual(["b"]);
});

it("takes what it cannot read for nothing", () => {
  expect(keptOf('["a", 1]')).toEqual(["a"]);
  expect([null, "{", "{}"].map(keptOf)).toEqual([null, null, null]);
});
