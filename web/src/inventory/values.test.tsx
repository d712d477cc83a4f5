import { expect, it } from "vitest";

import { columnsOf } from "@/inventory/values";

it("leaves out what says the same as the key, and the node where there is one", () => {
  const rows = [
    { key: "a", name: "a", size_bytes: 1, node: "one" },
    { key: "b", name: "b", size_bytes: 2, node: "one" },
  ];
  expect(columnsOf(rows)).toEqual(["key", "size_bytes"]);
});

it("begins with the key, wherever the rows have it", () => {
  expect(columnsOf([{ size_bytes: 1, key: "a" }])).toEqual(["key", "size_bytes"]);
});

it("shows the node where there are several", () => {
  expect(
    columnsOf([
      { key: "a", node: "one" },
      { key: "b", node: "two" },
    ]),
  ).toEqual(["key", "node"]);
});
