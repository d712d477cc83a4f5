/** The jobs that make sense for a snapshot, filled in. Pure. */
import type { JobTypeInfo } from "@/api/types";
import { fittingJobs, type Start } from "@/inventory/fitting";
import { shortName, type Snapshot } from "@/storage/rows";

export const DESTROY = "storage.snapshot_destroy";
/** Of use only where there is something to undo. */
const UNDOING: Record<string, (snapshot: Snapshot) => boolean> = {
  "storage.snapshot_release": ({ holds }) => holds > 0,
  "storage.snapshot_unprotect": (one) => one.is_protected || one.protected_until !== null,
};

export function snapshotJobs(types: readonly JobTypeInfo[], snapshot: Snapshot): Start[] {
  const starts = fittingJobs(types, "storage/snapshots", {
    "storage/snapshots": snapshot.key,
  }).filter(({ type }) => UNDOING[type]?.(snapshot) ?? true);
  return isFree(snapshot) ? [...starts, destroyOf(snapshot.dataset, [snapshot])] : starts;
}

export function destroyOf(dataset: string, snapshots: readonly Snapshot[]): Start {
  return { type: DESTROY, params: { dataset, names: snapshots.map(({ key }) => shortName(key)) } };
}

/** One that is held or cloned would only be refused. */
export function isFree(snapshot: Snapshot): boolean {
  return snapshot.holds === 0 && snapshot.clones.length === 0;
}
