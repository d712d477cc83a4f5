/** What a policy does to snapshots, as a table and a timeline show it. Pure. */
import type { RetentionItem } from "@/api/types";

/** A snapshot as the inventory has it: what a verdict needs to be drawn. */
export interface Snapshot {
  name: string;
  order: number;
  created_at: string;
  used_bytes: number;
}

export interface Judged extends RetentionItem {
  created_at: string | null;
  used_bytes: number | null;
  order: number;
}

/** Verdicts with what is known of their snapshots, newest first. */
export function judged(items: readonly RetentionItem[], snapshots: readonly Snapshot[]): Judged[] {
  const known = new Map(snapshots.map((one) => [one.name, one]));
  return items
    .map((item) => {
      const found = known.get(item.name);
      return {
        ...item,
        created_at: found?.created_at ?? null,
        used_bytes: found?.used_bytes ?? null,
        order: found?.order ?? 0,
      };
    })
    .toSorted((a, b) => b.order - a.order);
}

export interface Sums {
  kept: number;
  goes: number;
  freedBytes: number;
}

export function sums(all: readonly Judged[]): Sums {
  const goes = all.filter((one) => !one.keep);
  return {
    kept: all.length - goes.length,
    goes: goes.length,
    freedBytes: goes.reduce((sum, one) => sum + (one.used_bytes ?? 0), 0),
  };
}

export const LANES = [
  "last",
  "hourly",
  "daily",
  "weekly",
  "monthly",
  "yearly",
  "age",
  "other",
  "goes",
] as const;
export type Lane = (typeof LANES)[number];

/** Which lane of the timeline a verdict belongs to: what keeps it, or that it goes. */
export function laneOf({ keep, reason }: Pick<Judged, "keep" | "reason">): Lane {
  if (!keep) return "goes";
  if (reason === "within_lifetime") return "age";
  return LANES.find((lane) => reason === `keep_${lane}`) ?? "other";
}

const GRAIN = 400; // as many places as an eye tells apart

/** Where marks stand in each lane that has any: from 0 (the oldest) to 100 (now). */
export function marks(all: readonly Judged[], from: number, to: number): [Lane, number[]][] {
  const places = new Map<Lane, Set<number>>();
  for (const one of all) {
    const at = one.created_at === null ? NaN : Date.parse(one.created_at);
    if (!(at >= from && at <= to)) continue;
    const place = Math.round(((at - from) / Math.max(1, to - from)) * GRAIN) / (GRAIN / 100);
    const lane = laneOf(one);
    places.set(lane, (places.get(lane) ?? new Set()).add(place));
  }
  return LANES.flatMap((lane) => {
    const found = places.get(lane);
    return found === undefined ? [] : [[lane, [...found]] as [Lane, number[]]];
  });
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const STEPS = [HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY, 91 * DAY, 365 * DAY, 5 * 365 * DAY];
const MOST_TICKS = 6;

/** A few round instants between two, to read a timeline by. */
export function ticks(from: number, to: number): number[] {
  const step = STEPS.find((one) => (to - from) / one <= MOST_TICKS) ?? (to - from) / MOST_TICKS;
  const first = Math.ceil(from / step) * step;
  const count = Math.max(0, Math.floor((to - first) / step) + 1);
  return Array.from({ length: count }, (_, n) => first + n * step);
}

export const SPANS = { all: null, year: 365, month: 30, week: 7 } as const;
export type SpanName = keyof typeof SPANS;

/** From when to when a timeline goes: back to the oldest, or so many days. */
export function reach(all: readonly Judged[], span: SpanName, now: number): [number, number] {
  const days = SPANS[span];
  if (days !== null) return [now - days * DAY, now];
  const times = all.flatMap((one) => (one.created_at === null ? [] : [Date.parse(one.created_at)]));
  return [Math.min(now - HOUR, ...times), now];
}
