/** The jobs that make sense for a dataset, filled in. Pure. */
import type { JobTypeInfo } from "@/api/types";
import { fittingJobs, type Start } from "@/inventory/fitting";
import type { Dataset } from "@/storage/rows";

const OF_VOLUMES = new Set(["storage.zvol_resize", "storage.zvol_shrink"]);
const OF_FILESYSTEMS = new Set(["storage.dataset_chown_acl"]);
const OF_CLONES = new Set(["storage.dataset_promote"]);

export function datasetJobs(types: readonly JobTypeInfo[], dataset: Dataset): Start[] {
  return fittingJobs(types, "storage/datasets", { "storage/datasets": dataset.key })
    .filter(({ type }) => fits(type, dataset))
    .map(({ type, params }) => ({
      type,
      params: { ...params, ...more(type, dataset) },
    }));
}

function fits(type: string, dataset: Dataset): boolean {
  if (OF_VOLUMES.has(type)) return dataset.kind === "volume";
  if (OF_FILESYSTEMS.has(type)) return dataset.kind === "filesystem";
  return !OF_CLONES.has(type) || dataset.origin !== null;
}

/** A clone knows what it was cloned from. */
function more(type: string, { origin }: Dataset): Record<string, unknown> {
  return OF_CLONES.has(type) && origin !== null ? { origin: origin.split("@")[0] } : {};
}
