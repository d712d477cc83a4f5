/** Which jobs work on a dataset: by what they hold, or by what they were asked for. Pure. */
import type { Job } from "@/api/types";
import { isWithin } from "@/storage/rows";

const TREES = ["storage", "snapshots"] as const;
const NAMES = ["dataset", "source", "target", "snapshot"] as const;

type Asked = Pick<Job, "locks" | "params">;

export function concerns(job: Asked, dataset: string): boolean {
  return job.locks.some((lock) => isLockOn(lock, dataset)) || isAskedFor(job.params, dataset);
}

/** Whoever is only present above a dataset leaves it alone. */
function isLockOn(lock: Job["locks"][number], dataset: string): boolean {
  return TREES.some((tree) => {
    const path = `${tree}/${dataset}`;
    return lock.path === path || (lock.mode !== "present" && isWithin(path, lock.path));
  });
}

function isAskedFor(params: Record<string, unknown>, dataset: string): boolean {
  return NAMES.some((name) => {
    const value = params[name];
    return typeof value === "string" && value.split("@")[0] === dataset;
  });
}
