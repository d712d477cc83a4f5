/** What happens to a rule on the days on which clocks are put forward or back. */
import { t } from "i18next";

import { clock, type Cron, parseCron } from "@/schedules/cron";
import { type ClockChange, changesNear, type Span, spanOf } from "@/schedules/zones";

const MINUTE_MS = 60_000;
const MOST_NAMED = 4;

/** When a rule counts, as a schedule says it. */
export interface Rule {
  cron: string;
  tz: string;
  begin?: string | null | undefined;
  end?: string | null | undefined;
}

export interface ClockNote {
  kind: Span["kind"];
  text: string;
  /** The fires that are other than on most days, in ms. */
  fires: number[];
}

/** A note for each change that concerns a rule, among these of its fires. */
export function clockNotes(rule: Rule, fires: readonly string[]): ClockNote[] {
  const cron = parseCron(rule.cron);
  if (cron === null) return [];
  const instants = fires.map((one) => Date.parse(one));
  return changesNear(rule.tz, instants).flatMap((change) => {
    const touched = touchedTimes(rule, cron, spanOf(change));
    const changed = instants.filter((one) => isAbout(one, change));
    return touched.length === 0 || changed.length === 0
      ? []
      : [note(cron, change, touched, changed)];
  });
}

/** The times of a rule that lie in a span of the wall's clock, in order. */
function touchedTimes(rule: Rule, cron: Cron, { from, to }: Span): string[] {
  const minutes = Array.from({ length: (to - from) / MINUTE_MS }, (_, n) => from + n * MINUTE_MS);
  return minutes
    .map((wall) => new Date(wall))
    .filter((wall) => isOn(cron, wall) && isWithin(rule, timeOf(wall)))
    .map(timeOf);
}

function timeOf(wall: Date): string {
  return clock(wall.getUTCHours(), wall.getUTCMinutes());
}

/** Whether a rule fires at a time by the wall; either kind of days is enough where both are set. */
export function isOn(cron: Cron, wall: Date): boolean {
  const isTime =
    cron.minutes.includes(wall.getUTCMinutes()) && cron.hours.includes(wall.getUTCHours());
  const byMonth = cron.days.includes(wall.getUTCDate());
  const byWeek = cron.weekdays.includes(wall.getUTCDay());
  const isDay = cron.anyDay || cron.anyWeekday ? byMonth && byWeek : byMonth || byWeek;
  return isTime && isDay && cron.months.includes(wall.getUTCMonth() + 1);
}

/** Whether a time of the day is in the rule's window, which may go over midnight. */
export function isWithin({ begin, end }: Rule, time: string): boolean {
  const [from, to] = [begin ?? "00:00", end ?? "23:59"];
  return from <= to ? from <= time && time <= to : time >= from || time <= to;
}

/** Whether a fire is the one after a gap, or in either pass of a fold. */
function isAbout(fire: number, change: ClockChange): boolean {
  const at = change.at.getTime();
  const { kind, from, to } = spanOf(change);
  return kind === "gap" ? fire === at : fire >= at - (to - from) && fire < at + (to - from);
}

function note(cron: Cron, change: ClockChange, touched: string[], fires: number[]): ClockNote {
  const { kind, from, to } = spanOf(change);
  const words = {
    day: dayOf(from),
    times: listed(touched),
    from: timeOf(new Date(from)),
    to: timeOf(new Date(to)),
  };
  const way = cron.anyHour ? "elapsed" : "wall";
  return {
    kind,
    text: t(`schedules.clock.${kind}.${way}`, { ...words, count: touched.length }),
    fires,
  };
}

function listed(times: string[]): string {
  const shown = times.length > MOST_NAMED ? [...times.slice(0, MOST_NAMED), "…"] : times;
  return shown.join(", ");
}

function dayOf(wall: number): string {
  return new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  }).format(wall);
}
