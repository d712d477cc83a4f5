/** Time zones, and when their clocks are put forward or back: all by what the browser knows. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
// As the API takes them: UTC, or a place.
const NAME = /^(UTC|GMT|[A-Za-z]+(\/[A-Za-z0-9_+-]+){1,2})$/;

/** An instant at which the offset to UTC changes. */
export interface ClockChange {
  at: Date;
  beforeMin: number;
  afterMin: number;
}

/** Times by the wall as if they were UTC, in ms: those that do not exist, or that come twice. */
export interface Span {
  kind: "gap" | "fold";
  from: number;
  to: number;
}

const writers = new Map<string, Intl.DateTimeFormat>();

function writer(zone: string): Intl.DateTimeFormat {
  const known = writers.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeZoneName: "longOffset" });
  writers.set(zone, made);
  return made;
}

/** Minutes east of UTC at an instant. */
export function offsetMin(zone: string, at: number): number {
  const name = writer(zone)
    .formatToParts(at)
    .find((part) => part.type === "timeZoneName");
  const [, sign, hours, minutes] = /^GMT([+-])(\d\d):(\d\d)/.exec(name?.value ?? "") ?? [];
  const size = Number(hours ?? 0) * 60 + Number(minutes ?? 0);
  return sign === "-" ? -size : size;
}

/** What the wall's clock shows, in ms as if it were UTC. */
export function wallOf(zone: string, at: number): number {
  return at + offsetMin(zone, at) * MINUTE_MS;
}

/** Every change between two instants, in order. */
export function clockChanges(zone: string, from: number, to: number): ClockChange[] {
  const found: ClockChange[] = [];
  let before = offsetMin(zone, from);
  for (let low = from; low < to; low += DAY_MS) {
    const high = Math.min(low + DAY_MS, to);
    const after = offsetMin(zone, high);
    if (after !== before)
      found.push({ at: changed(zone, low, high), beforeMin: before, afterMin: after });
    before = after;
  }
  return found;
}

/** The minute at which the offset is another than before. */
function changed(zone: string, low: number, high: number): Date {
  const before = offsetMin(zone, low);
  let [known, beyond] = [Math.floor(low / MINUTE_MS), Math.ceil(high / MINUTE_MS)];
  while (beyond - known > 1) {
    const middle = Math.floor((known + beyond) / 2);
    if (offsetMin(zone, middle * MINUTE_MS) === before) known = middle;
    else beyond = middle;
  }
  return new Date(beyond * MINUTE_MS);
}

/** The changes within a day of any of some instants; years between two of them cost nothing. */
export function changesNear(zone: string, instants: readonly number[]): ClockChange[] {
  const found = new Map<number, ClockChange>();
  for (const at of instants)
    for (const change of clockChanges(zone, at - DAY_MS, at + DAY_MS))
      found.set(change.at.getTime(), change);
  return [...found.values()].toSorted((a, b) => a.at.getTime() - b.at.getTime());
}

/** The next change within a year and a bit, or null where clocks are left alone. */
export function nextChange(zone: string, after: number): ClockChange | null {
  return clockChanges(zone, after, after + 400 * DAY_MS)[0] ?? null;
}

export function spanOf({ at, beforeMin, afterMin }: ClockChange): Span {
  const before = at.getTime() + beforeMin * MINUTE_MS;
  const after = at.getTime() + afterMin * MINUTE_MS;
  return after > before
    ? { kind: "gap", from: before, to: after }
    : { kind: "fold", from: after, to: before };
}

/** Every zone that both the browser and the API know, UTC first. */
export function zones(): string[] {
  const known = Intl.supportedValuesOf("timeZone").filter((name) => NAME.test(name));
  return ["UTC", ...known.filter((name) => name !== "UTC")];
}

export function isZone(name: string): boolean {
  if (!NAME.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en-GB", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The browser's own zone. */
export function ownZone(): string {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return NAME.test(timeZone) ? timeZone : "UTC";
}

/** An instant as a calendar and clock of a zone show it: "Sun, 29 Mar 2026, 03:00". */
export function inZone(at: Date, zone: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: zone,
  }).format(at);
}

/** The instant at which a day such as "2026-03-28" begins in a zone. */
export function startOfDay(zone: string, day: string): number {
  const wall = Date.parse(`${day}T00:00:00Z`);
  const near = wall - offsetMin(zone, wall) * MINUTE_MS;
  return wall - offsetMin(zone, near) * MINUTE_MS;
}
