import { expect, it } from "vitest";

import type { JobTypeInfo } from "@/api/types";
import { datasetJobs } from "@/storage/dataset-jobs";
import { dataset } from "@/storage/fixtures";

function fed(name: string): JobTypeInfo {
  const properties = { dataset: { "x-choices": "storage/datasets" } };
  return { name: `storage.${name}`, params_schema: { properties } } as unknown as JobTypeInfo;
}

const TYPES = ["snapshot_create", "zvol_resize", "dataset_chown_acl", "dataset_promote"].map(fed);

const typesFor = (given: Parameters<typeof dataset>[1]) =>
  datasetJobs(TYPES, dataset("tank/a", given)).map(({ type }) => type.replace("storage.", ""));

it("offers a filesystem nothing that only volumes have, and the other way round", () => {
  expect(typesFor({})).toEqual(["snapshot_create", "dataset_chown_acl"]);
  expect(typesFor({ kind: "volume" })).toEqual(["snapshot_create", "zvol_resize"]);
});

it("promotes clones, and knows of what they are", () => {
  const clone = dataset("tank/a", { origin: "tank/b@one" });
  expect(datasetJobs(TYPES, clone).at(-1)?.params).toEqual({
    dataset: "tank/a",
    origin: "tank/b",
  });
});
