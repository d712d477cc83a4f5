/** What nobody protects, told honestly: no schedule, no fresh snapshot, no copy elsewhere. Pure. */
import type { Schedule } from "@/api/types";
import {
  covers,
  isOn,
  REPLICATIONS,
  replicationScope,
  snapshotSchedules,
} from "@/storage/covering";
import { type Dataset, isWithin, type Snapshot } from "@/storage/rows";
import { idOf } from "@/storage/tree";

export type Gap = "unscheduled" | "switched_off" | "never" | "old" | "not_replicated";

export interface Unprotected {
  dataset: Dataset;
  gaps: Gap[];
  newestAt: string | null;
}

export interface Evidence {
  datasets: readonly Dataset[];
  snapshots: readonly Snapshot[];
  schedules: readonly Schedule[];
  now: Date;
}

const FRESH_MS = 86_400_000;
const NOTHING_BYTES = 1024 ** 2; // an empty filesystem refers to less

/** Datasets with something in them that lack some protection; the worst and largest first. */
export function unprotectedOf(evidence: Evidence): Unprotected[] {
  const newest = newestBy(evidence.snapshots);
  const replications = evidence.schedules.filter((one) => one.type === REPLICATIONS && one.enabled);
  return judgedOf(evidence)
    .map((dataset) => {
      const newestAt = newest.get(idOf({ node: dataset.node, key: dataset.key })) ?? null;
      const gaps = [
        ...scheduleGaps(dataset, evidence.schedules),
        ...snapshotGaps(newestAt, evidence.now),
        ...replicationGaps(dataset, replications),
      ];
      return { dataset, gaps, newestAt };
    })
    .filter(({ gaps }) => gaps.length > 0)
    .toSorted(
      (a, b) => b.gaps.length - a.gaps.length || b.dataset.used_bytes - a.dataset.used_bytes,
    );
}

/** The datasets that want protection: those with something in them that is no copy. */
export function judgedOf({ datasets, schedules }: Pick<Evidence, "datasets" | "schedules">) {
  const replications = schedules.filter((one) => one.type === REPLICATIONS && one.enabled);
  return datasets.filter((dataset) => holdsData(dataset) && !isCopy(dataset, replications));
}

/** The time of each dataset's newest snapshot, by node and name. */
export function newestBy(snapshots: readonly Snapshot[]): Map<string, string> {
  const newest = new Map<string, string>();
  for (const { node, dataset, created_at } of snapshots) {
    const id = `${node} ${dataset}`;
    const known = newest.get(id);
    if (known === undefined || Date.parse(created_at) > Date.parse(known))
      newest.set(id, created_at);
  }
  return newest;
}

/** One that only holds others has nothing to lose. A volume counts: its blocks are somebody's. */
export function holdsData(dataset: Dataset): boolean {
  return dataset.kind === "volume" || dataset.referenced_bytes >= NOTHING_BYTES;
}

/** What replications write is a copy: its original is what is to be protected. */
function isCopy(dataset: Dataset, replications: readonly Schedule[]): boolean {
  return replications.some(({ params, ...schedule }) => {
    const { target, direction } = params;
    const isHere = direction !== "push" && isOn(schedule, dataset.node);
    return isHere && typeof target === "string" && isWithin(dataset.key, target);
  });
}

function scheduleGaps(dataset: Dataset, schedules: readonly Schedule[]): Gap[] {
  const own = snapshotSchedules(schedules, dataset.key, dataset.node);
  if (own.length === 0) return ["unscheduled"];
  return own.some((schedule) => schedule.enabled) ? [] : ["switched_off"];
}

function snapshotGaps(newestAt: string | null, now: Date): Gap[] {
  if (newestAt === null) return ["never"];
  return now.getTime() - Date.parse(newestAt) > FRESH_MS ? ["old"] : [];
}

function replicationGaps(dataset: Dataset, replications: readonly Schedule[]): Gap[] {
  const isSent = replications.some((schedule) => {
    const scope = replicationScope(schedule.params);
    return isOn(schedule, dataset.node) && scope !== null && covers(scope, dataset.key);
  });
  return isSent ? [] : ["not_replicated"];
}
