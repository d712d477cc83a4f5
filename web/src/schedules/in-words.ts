/** A cron rule as people say it; what has no plain words stays cron. */
import { t } from "i18next";

import { clock, type Cron, evenStep, parseCron, two } from "@/schedules/cron";

const MOST_TIMES = 6; // more in one sentence nobody reads
const MOST_DAYS = 5;
const ALL_DAYS = 31;
const ALL_MONTHS = 12;
const ALL_WEEKDAYS = 7;
const ALL_HOURS = 24;
const ALL_MINUTES = 60;
const SUNDAY = new Date("2026-03-01T12:00:00Z"); // the first of a month, too

/** Say when a rule fires: "every day at 02:30". Falls back to the rule itself. */
export function inWords(cron: string): string {
  const rule = parseCron(cron);
  return (rule && sentence(rule)) ?? t("schedules.words.cron", { cron });
}

function sentence(rule: Cron): string | null {
  const times = fixedTimes(rule);
  const often = times === null ? frequency(rule) : null;
  const days = onDays(rule);
  if (days === null || (times === null && often === null)) return null;
  if (times !== null) return t("schedules.words.at", { days: days || everyDay(), times });
  return days === "" ? often : t("schedules.words.oftenOn", { often: often ?? "", days });
}

function everyDay(): string {
  return t("schedules.words.daily");
}

/** The few times of a day, or null when there are many. */
function fixedTimes({ minutes, hours, anyHour }: Cron): string | null {
  if (anyHour || minutes.length * hours.length > MOST_TIMES) return null;
  return list(hours.flatMap((hour) => minutes.map((minute) => clock(hour, minute))));
}

/** How often within a day. */
function frequency(rule: Cron): string | null {
  const { minutes, hours } = rule;
  const within = minutesOf(minutes);
  if (within === null) return null;
  if (hours.length === ALL_HOURS) return within;
  const step = evenStep(hours, ALL_HOURS);
  if (step !== null && minutes.length === 1)
    return t("schedules.words.hours", { count: step, minute: two(minutes[0] ?? 0) });
  return isRun(hours) ? between(rule, within) : null;
}

function minutesOf(minutes: number[]): string | null {
  const step = evenStep(minutes, ALL_MINUTES);
  if (step !== null && minutes.length > 1) return t("schedules.words.minutes", { count: step });
  if (minutes.length > MOST_TIMES) return null;
  const named = list(minutes.map(two));
  return t("schedules.words.hourly", { count: minutes.length, minutes: named });
}

function between({ hours, minutes }: Cron, often: string): string {
  const from = clock(hours[0] ?? 0, minutes[0] ?? 0);
  const to = clock(hours.at(-1) ?? 0, minutes.at(-1) ?? 0);
  return t("schedules.words.between", { often, from, to });
}

function isRun(values: number[]): boolean {
  return values.every((value, n) => n === 0 || value === (values[n - 1] ?? 0) + 1);
}

/** Which days: "" for every day, null where words fail. */
function onDays(rule: Cron): string | null {
  const byMonthDay = rule.days.length < ALL_DAYS;
  const byWeekday = rule.weekdays.length < ALL_WEEKDAYS;
  if (byMonthDay && byWeekday) return eitherDays(rule);
  if (byMonthDay) return monthDays(rule);
  const days = byWeekday ? onWeekdays(rule.weekdays) : "";
  if (rule.months.length === ALL_MONTHS) return days;
  return t("schedules.words.inMonths", {
    days: days || everyDay(),
    months: list(rule.months.map(month)),
  });
}

/** Where both kinds of days are restricted, one of them is enough; a star in either: both count. */
function eitherDays(rule: Cron): string | null {
  const days = monthDays(rule);
  if (days === null || rule.anyDay || rule.anyWeekday || rule.months.length < ALL_MONTHS)
    return null;
  return t("schedules.words.either", { days, weekdays: onWeekdays(rule.weekdays) });
}

function monthDays({ days, months }: Cron): string | null {
  const [day] = days;
  const [only] = months;
  if (days.length > MOST_DAYS || day === undefined || only === undefined) return null;
  if (days.length === 1 && months.length === 1)
    return t("schedules.words.yearly", { day, month: month(only) });
  const count = days.length;
  const named = list(days.map(String));
  if (months.length === ALL_MONTHS) return t("schedules.words.monthly", { count, days: named });
  return t("schedules.words.monthlyIn", { count, days: named, months: list(months.map(month)) });
}

function onWeekdays(weekdays: number[]): string {
  const key = weekdays.join(",");
  if (key === "1,2,3,4,5") return t("schedules.words.workdays");
  if (key === "0,6") return t("schedules.words.weekend");
  const mondayFirst = weekdays.toSorted((a, b) => ((a + 6) % 7) - ((b + 6) % 7));
  return t("schedules.words.weekly", { days: list(mondayFirst.map((day) => weekday(day))) });
}

/** A day of the week, 0 is Sunday: "Monday", or "Mon". */
export function weekday(number: number, width: "long" | "short" = "long"): string {
  const day = new Date(SUNDAY);
  day.setUTCDate(day.getUTCDate() + number);
  return new Intl.DateTimeFormat("en-GB", { weekday: width, timeZone: "UTC" }).format(day);
}

/** A month, 1 is January. */
export function month(number: number): string {
  const day = new Date(Date.UTC(2026, number - 1, 1));
  return new Intl.DateTimeFormat("en-GB", { month: "long", timeZone: "UTC" }).format(day);
}

function list(items: string[]): string {
  return new Intl.ListFormat("en-GB", { type: "conjunction" }).format(items);
}
