/** Where snapshots stand on a line of time. Pure: now and the width are arguments. */
export const SPANS = ["day", "week", "month", "year", "all"] as const;
export type Span = (typeof SPANS)[number];

export interface Stretch {
  from: number;
  to: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LENGTHS: Record<Exclude<Span, "all">, number> = {
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 30 * DAY_MS,
  year: 365 * DAY_MS,
};
const MARGIN = 0.03; // so that the oldest does not stand on the edge
const LEAST_MS = HOUR_MS;

/** The stretch of time a span shows: up to now, and a little more to see where now is. */
export function stretchOf(span: Span, times: readonly number[], now: number): Stretch {
  const length = span === "all" ? Math.max(LEAST_MS, now - Math.min(now, ...times)) : LENGTHS[span];
  return { from: now - length * (span === "all" ? 1 + MARGIN : 1), to: now + length * MARGIN };
}

const LEAST_FILLED = 1 / 8;

/** The smallest span that shows all; all, where they would crowd at its end. */
export function fittingSpan(times: readonly number[], now: number): Span {
  const age = now - Math.min(now, ...times);
  const span = SPANS.find((one) => one !== "all" && age <= LENGTHS[one]) ?? "all";
  return span === "all" || age < LENGTHS[span] * LEAST_FILLED ? "all" : span;
}

/** The stretch in which these stand apart, as far as they do at all. */
export function zoomedOn(times: readonly number[]): Stretch {
  const from = Math.min(...times);
  const to = Math.max(...times);
  const rim = Math.max((to - from) * 0.1, 1000);
  return { from: from - rim, to: to + rim };
}

/** 0 at the left edge, 1 at the right. */
export function placeOf(at: number, { from, to }: Stretch): number {
  return (at - from) / (to - from);
}

export interface Cluster<T> {
  /** 0 to 1, of the newest in it. */
  place: number;
  items: T[];
}

/** Marks that would cover each other stand together; `gap`: the least distance, 0 to 1. */
export function clustersOf<T>(
  items: readonly T[],
  timeOf: (item: T) => number,
  stretch: Stretch,
  gap: number,
): Cluster<T>[] {
  const clusters: Cluster<T>[] = [];
  const seen = items
    .filter((item) => timeOf(item) >= stretch.from && timeOf(item) <= stretch.to)
    .toSorted((a, b) => timeOf(b) - timeOf(a));
  for (const item of seen) {
    const place = placeOf(timeOf(item), stretch);
    const last = clusters.at(-1);
    if (last !== undefined && last.place - place < gap) last.items.push(item);
    else clusters.push({ place, items: [item] });
  }
  return clusters.toReversed();
}

export interface Tick {
  at: number;
  /** Whether the label is a date or the time of a day. */
  kind: "minute" | "time" | "day" | "month";
}

const MOST_TICKS = 8;
const MINUTES = [1, 5, 10, 30] as const;
const HOURS = [1, 3, 6, 12] as const;
const DAYS = [1, 2, 7, 14] as const;
const MONTHS = [1, 2, 3, 6, 12, 24, 60] as const;

/** Round times in the person's own zone, few enough to be read. */
export function ticksOf(stretch: Stretch, most = MOST_TICKS): Tick[] {
  const length = stretch.to - stretch.from;
  const minutes = MINUTES.find((step) => length / (step * MINUTE_MS) <= most);
  if (minutes !== undefined)
    return steps(stretch, (hour, k) => hour.setMinutes(k * minutes), "minute");
  const hours = HOURS.find((step) => length / (step * HOUR_MS) <= most);
  if (hours !== undefined) return steps(stretch, (day, k) => day.setHours(k * hours), "time");
  const days = DAYS.find((step) => length / (step * DAY_MS) <= most);
  if (days !== undefined)
    return steps(stretch, (day, k) => day.setDate(day.getDate() + k * days), "day");
  const months = MONTHS.find((step) => length / (step * 30 * DAY_MS) <= most) ?? 120;
  return steps(stretch, (day, k) => day.setMonth(k * months, 1), "month");
}

type Stepper = (start: Date, count: number) => number;

function steps(stretch: Stretch, stepped: Stepper, kind: Tick["kind"]): Tick[] {
  const ticks: Tick[] = [];
  for (let count = 0; ; count += 1) {
    const at = stepped(startOf(stretch.from, kind), count);
    if (at > stretch.to) return ticks;
    if (at >= stretch.from) ticks.push({ at, kind });
  }
}

/** The full hour, or the midnight before; of months, that of New Year's Day. */
function startOf(at: number, kind: Tick["kind"]): Date {
  const day = new Date(at);
  day.setMinutes(0, 0, 0);
  if (kind === "minute") return day;
  day.setHours(0);
  if (kind === "month") day.setMonth(0, 1);
  return day;
}

export function labelOf({ at, kind }: Tick): string {
  const date = new Date(at);
  if (kind === "month") return format(date, { month: "short", year: "numeric" });
  const isMidnight = date.getHours() === 0 && date.getMinutes() === 0;
  if (kind === "day" || isMidnight) return format(date, { day: "numeric", month: "short" });
  return format(date, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

function format(date: Date, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat("en-GB", options).format(date);
}
