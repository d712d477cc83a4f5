import { expect, it } from "vitest";

import { fateOf, toldOf } from "@/storage/fates";
import { snapshot } from "@/storage/fixtures";

const item = (name: string, keep: boolean) => ({
  name,
  keep,
  reason: keep ? "keep_last" : "not_kept",
  detail: "A sentence.",
  changes: null,
});

it("lets a snapshot go only where every policy says so", () => {
  const told = toldOf([
    [item("tank@a", false), item("tank@b", false)],
    [item("tank@a", true), item("tank@b", false)],
    [item("tank@a", false)],
  ]);
  expect(told.get("tank@a")?.keep).toBe(true);
  expect(told.get("tank@b")?.keep).toBe(false);
});

it("keeps what no policy speaks of, and tells by hand from by a schedule", () => {
  const none = new Map();
  expect(fateOf(snapshot("tank@a", 1), none)).toMatchObject({ keep: true, reason: "unowned" });
  expect(fateOf(snapshot("tank@a", 1, { task: "x" }), none)).toMatchObject({
    keep: true,
    reason: "for_ever",
  });
});
