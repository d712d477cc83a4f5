import { expect, it } from "vitest";

import { covers, replicationScope, snapshotSchedules } from "@/storage/covering";
import { schedule } from "@/storage/fixtures";

const whole = { root: "tank/home", recursive: true, exclude: [] };

it("covers what is below only when it is recursive", () => {
  expect(covers(whole, "tank/home/ada")).toBe(true);
  expect(covers(whole, "tank/homely")).toBe(false);
  expect(covers({ ...whole, recursive: false }, "tank/home/ada")).toBe(false);
  expect(covers({ ...whole, recursive: false }, "tank/home")).toBe(true);
});

it.each([
  ["tank/home/ada", "tank/home/ada/mail", true],
  ["tank/home/*", "tank/home/ada/mail", true],
  ["*/tmp?", "tank/home/tmp1", true],
  ["*/tmp?", "tank/home/tmp", false],
  ["tank/home/[ab]da", "tank/home/ada", true],
  ["tank/home/[!ab]da", "tank/home/ada", false],
  ["tank.home*", "tank/home/ada", false],
])("the pattern %s leaves out %s: %s", (pattern, name, isOut) => {
  expect(covers({ ...whole, exclude: [pattern] }, name)).toBe(!isOut);
});

it("knows no local source of what is pulled from elsewhere", () => {
  expect(replicationScope({ source: "tank", direction: "pull" })).toBeNull();
  expect(replicationScope({ source: "tank", direction: "push" })?.root).toBe("tank");
});

it("takes a schedule of another node for none of ours", () => {
  const there = schedule("storage.snapshot_create", { dataset: "tank" }, { node: "two" });
  expect(snapshotSchedules([there], "tank", "one")).toEqual([]);
  expect(snapshotSchedules([{ ...there, node: null }], "tank", "one")).toHaveLength(1);
});
