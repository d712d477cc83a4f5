/** The rules that people make by choosing, and the cron that says the same. */
import { clock, type Cron, evenStep, parseCron } from "@/schedules/cron";

/** Times of a day: several hours share one minute, as five cron fields can say no more. */
interface Times {
  minute: number;
  hours: number[];
}

export type Pattern =
  | { every: "minute"; step: number }
  | { every: "hour"; step: number; minute: number }
  | ({ every: "day" } & Times)
  | ({ every: "week"; weekdays: number[] } & Times)
  | ({ every: "month"; days: number[] } & Times)
  | ({ every: "year"; day: number; month: number } & Times);

export type Every = Pattern["every"];
export const EVERY: readonly Every[] = ["minute", "hour", "day", "week", "month", "year"];

export const MINUTE_STEPS = [1, 2, 3, 5, 10, 15, 20, 30];
export const HOUR_STEPS = [1, 2, 3, 4, 6, 8, 12];
const NIGHT: Times = { minute: 30, hours: [2] };

export function cronOf(pattern: Pattern): string {
  switch (pattern.every) {
    case "minute":
      return `${stepped(pattern.step)} * * * *`;
    case "hour":
      return `${pattern.minute} ${stepped(pattern.step)} * * *`;
    case "day":
      return `${timed(pattern)} * * *`;
    case "week":
      return `${timed(pattern)} * * ${weekly(pattern.weekdays)}`;
    case "month":
      return `${timed(pattern)} ${ordered(pattern.days)} * *`;
    case "year":
      return `${timed(pattern)} ${pattern.day} ${pattern.month} *`;
  }
}

function stepped(step: number): string {
  return step === 1 ? "*" : `*/${step}`;
}

function timed({ minute, hours }: Times): string {
  return `${minute} ${ordered(hours)}`;
}

/** All seven are written as a range: a star would be "every day". */
function weekly(weekdays: number[]): string {
  return weekdays.length === 7 ? "0-6" : ordered(weekdays);
}

function ordered(values: number[]): string {
  return [...new Set(values)].toSorted((a, b) => a - b).join(",");
}

/** The choices that make a rule, or null when it can only be written. */
export function patternOf(cron: string): Pattern | null {
  const rule = parseCron(cron);
  const [, , day, month, weekday] = cron.trim().split(/\s+/);
  if (rule === null) return null;
  if (day === "*" && month === "*" && weekday === "*")
    return rule.anyHour ? ofElapsed(rule) : ofDays(rule, { every: "day" });
  if (rule.anyHour) return null;
  if (day === "*" && month === "*" && !rule.anyWeekday)
    return ofDays(rule, { every: "week", weekdays: rule.weekdays });
  if (weekday !== "*" || rule.anyDay) return null;
  if (month === "*") return ofDays(rule, { every: "month", days: rule.days });
  return ofYear(rule);
}

function ofElapsed({ minutes, hours }: Cron): Pattern | null {
  const step = evenStep(hours, 24);
  const often = evenStep(minutes, 60);
  if (step === 1 && often !== null && MINUTE_STEPS.includes(often))
    return { every: "minute", step: often };
  const [minute, ...more] = minutes;
  if (minute === undefined || more.length > 0 || step === null || !HOUR_STEPS.includes(step))
    return null;
  return { every: "hour", step, minute };
}

type Days =
  | { every: "day" }
  | { every: "week"; weekdays: number[] }
  | { every: "month"; days: number[] }
  | { every: "year"; day: number; month: number };

function ofDays({ minutes, hours }: Cron, days: Days): Pattern | null {
  const [minute, ...more] = minutes;
  return minute === undefined || more.length > 0 ? null : { ...days, minute, hours };
}

function ofYear(rule: Cron): Pattern | null {
  const { days, months } = rule;
  const [day] = days;
  const [month] = months;
  if (days.length !== 1 || months.length !== 1 || day === undefined || month === undefined)
    return null;
  return ofDays(rule, { every: "year", day, month });
}

/** Another kind of rule that keeps the times of the one before, where it has any. */
export function switched(every: Every, before: Pattern | null): Pattern {
  const times = before !== null && "hours" in before ? timesOf(before) : NIGHT;
  switch (every) {
    case "minute":
      return { every, step: 15 };
    case "hour":
      return { every, step: 1, minute: 0 };
    case "day":
      return { every, ...times };
    case "week":
      return { every, weekdays: [0], ...times };
    case "month":
      return { every, days: [1], ...times };
    case "year":
      return { every, day: 1, month: 1, ...times };
  }
}

function timesOf({ minute, hours }: Times): Times {
  return { minute, hours };
}

/** The same times with the one at a place set anew; its minute becomes that of all. */
export function withTime<T extends Times>(times: T, place: number, text: string): T {
  const [hour = NaN, minute = NaN] = text.split(":").map(Number);
  if (Number.isNaN(hour) || Number.isNaN(minute)) return times;
  return { ...times, minute, hours: times.hours.map((one, n) => (n === place ? hour : one)) };
}

/** One time more: twelve hours after the first where that is free, else the next free hour. */
export function withOneMore<T extends Times>(times: T): T {
  const start = (times.hours[0] ?? 0) + 12;
  const free = Array.from({ length: 24 }, (_, n) => (start + n) % 24);
  const hour = free.find((one) => !times.hours.includes(one));
  return hour === undefined ? times : { ...times, hours: [...times.hours, hour] };
}

export function withoutTime<T extends Times>(times: T, place: number): T {
  return { ...times, hours: times.hours.filter((_, n) => n !== place) };
}

export function clocks({ minute, hours }: Times): string[] {
  return hours.map((hour) => clock(hour, minute));
}

/** A set with one taken in or out; the last one stays, for a rule without days never fires. */
export function toggled(values: readonly number[], value: number): number[] {
  const next = values.includes(value)
    ? values.filter((one) => one !== value)
    : [...values, value].toSorted((a, b) => a - b);
  return next.length === 0 ? [...values] : next;
}
