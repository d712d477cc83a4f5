import { expect, it } from "vitest";

import type { JobTypeInfo } from "@/api/types";
import { snapshot } from "@/storage/fixtures";
import { destroyOf, snapshotJobs } from "@/storage/snapshot-jobs";

function fed(name: string): JobTypeInfo {
  const properties = { snapshot: { "x-choices": "storage/snapshots" } };
  return { name: `storage.${name}`, params_schema: { properties } } as unknown as JobTypeInfo;
}

const TYPES = ["snapshot_hold", "snapshot_release"].map(fed);

const typesFor = (given: Parameters<typeof snapshot>[2]) =>
  snapshotJobs(TYPES, snapshot("tank/a@one", 1, given)).map(({ type }) => type);

it("releases what is held, and does not offer to destroy it", () => {
  expect(typesFor({ holds: 1 })).toEqual(["storage.snapshot_hold", "storage.snapshot_release"]);
  expect(typesFor({})).toEqual(["storage.snapshot_hold", "storage.snapshot_destroy"]);
  expect(typesFor({ clones: ["tank/b"] })).toEqual(["storage.snapshot_hold"]);
});

it("names what is to be destroyed by the part after the @", () => {
  const params = destroyOf("tank/a", [snapshot("tank/a@one", 1), snapshot("tank/a@two", 2)]).params;
  expect(params).toEqual({ dataset: "tank/a", names: ["one", "two"] });
});
