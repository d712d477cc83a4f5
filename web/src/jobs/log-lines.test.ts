import { expect, it } from "vitest";

import { fitting, linesOf } from "@/jobs/log-lines";

it("makes no line of the end of the last one", () => {
  expect(linesOf("one\ntwo\n")).toEqual(["one", "two"]);
  expect(linesOf("one\ntw")).toEqual(["one", "tw"]);
  expect(linesOf("")).toEqual([]);
});

it("finds a text whatever its case, and everything for no text", () => {
  const lines = ["Sending TANK", "done"];
  expect(fitting(lines, "tank")).toEqual(["Sending TANK"]);
  expect(fitting(lines, "")).toBe(lines);
});
