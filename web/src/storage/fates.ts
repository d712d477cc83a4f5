/** What becomes of each snapshot by the policies of its schedules. Pure. */
import type { RetentionItem, Schedule } from "@/api/types";
import type { Snapshot } from "@/storage/rows";

export interface Fate {
  keep: boolean;
  /** A word of the API that never changes; `unowned` and `for_ever` are ours. */
  reason: string;
  /** A sentence of the API; null where the reason is ours. */
  detail: string | null;
}

const UNOWNED: Fate = { keep: true, reason: "unowned", detail: null };
const FOR_EVER: Fate = { keep: true, reason: "for_ever", detail: null };

/** By full name. Several answers may tell of one snapshot: it goes only where all say so. */
export function toldOf(answers: readonly (readonly RetentionItem[])[]): Map<string, Fate> {
  const told = new Map<string, Fate>();
  for (const { name, keep, reason, detail } of answers.flat()) {
    if (told.get(name)?.keep !== true) told.set(name, { keep, reason, detail });
  }
  return told;
}

/** Whose no policy speaks stays: for ever if a schedule took it, else until somebody destroys it. */
export function fateOf(snapshot: Snapshot, told: ReadonlyMap<string, Fate>): Fate {
  return told.get(snapshot.key) ?? (snapshot.task === null ? UNOWNED : FOR_EVER);
}

/** Schedules whose policy lets something go: the others need not be asked. */
export function withPolicy(schedules: readonly Schedule[]): Schedule[] {
  return schedules.filter(({ retention }) => retention !== null);
}
