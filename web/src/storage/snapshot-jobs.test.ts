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

it("offers to protect, and to protect no longer only what is protected", () => {
  const types = ["snapshot_protect", "snapshot_unprotect"].map(fed);
  const said = (given: Parameters<typeof snapshot>[2]) =>
    snapshotJobs(types, snapshot("tank/a@one", 1, { holds: 1, ...given })).map(({ type }) => type);
  const both = ["storage.snapshot_protect", "storage.snapshot_unprotect"];
  expect(said({})).toEqual(["storage.snapshot_protect"]);
  expect(said({ is_protected: true })).toEqual(both);
  expect(said({ protected_until: "2030-01-01T00:00:00Z" })).toEqual(both);
});

it("names what is to be destroyed by the part after the @", () => {
  const params = destroyOf("tank/a", [snapshot("tank/a@one", 1), snapshot("tank/a@two", 2)]).params;
  expect(params).toEqual({ dataset: "tank/a", names: ["one", "two"] });
});
