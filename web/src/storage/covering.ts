/** Which schedules take care of a dataset, read from their parameters. Pure. */
import type { Schedule } from "@/api/types";
import { isWithin } from "@/storage/rows";

export const SNAPSHOTS = "storage.snapshot_create";
export const REPLICATIONS = "storage.replication_run";

/** What of a schedule says which datasets it is about. */
export interface Scope {
  root: string;
  recursive: boolean;
  exclude: readonly string[];
}

export function snapshotScope(schedule: Schedule): Scope | null {
  return schedule.type === SNAPSHOTS ? scopeOf(schedule.params, "dataset") : null;
}

/** Of the source of a replication; none where the source is on another machine. */
export function replicationScope(params: Record<string, unknown>): Scope | null {
  return params.direction === "pull" ? null : scopeOf(params, "source");
}

function scopeOf(params: Record<string, unknown>, field: string): Scope | null {
  const root = params[field];
  if (typeof root !== "string") return null;
  return { root, recursive: params.recursive === true, exclude: texts(params.exclude) };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

export function covers(scope: Scope, dataset: string): boolean {
  const within = scope.recursive ? isWithin(dataset, scope.root) : dataset === scope.root;
  return within && !scope.exclude.some((pattern) => isExcluded(dataset, pattern));
}

/** By name with all below, or by a pattern as of the shell, in which * goes across slashes. */
function isExcluded(dataset: string, pattern: string): boolean {
  return isWithin(dataset, pattern) || shellPattern(pattern).test(dataset);
}

function shellPattern(pattern: string): RegExp {
  const source = pattern.replace(/\[!?[^\]]+\]|[\s\S]/g, (part) => {
    if (part === "*") return ".*";
    if (part === "?") return ".";
    if (part.length > 1) return part.replace("[!", "[^").replaceAll("\\", "\\\\");
    return part.replace(/[.+^${}()|[\]\\]/, "\\$&");
  });
  return new RegExp(`^${source}$`, "s");
}

/** Schedules that take snapshots of a dataset; also those switched off. */
export function snapshotSchedules(schedules: readonly Schedule[], dataset: string, node: string) {
  return schedules.filter((schedule) => {
    const scope = snapshotScope(schedule);
    return isOn(schedule, node) && scope !== null && covers(scope, dataset);
  });
}

/** A schedule without a node runs wherever the dataset is. */
export function isOn(schedule: Pick<Schedule, "node">, node: string): boolean {
  return schedule.node === null || schedule.node === node;
}
