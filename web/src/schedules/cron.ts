/** Five cron fields as sets of numbers: what the API takes. What is wrong with a rule, it says. */

export interface Cron {
  minutes: number[];
  hours: number[];
  days: number[];
  months: number[];
  /** 0 is Sunday. */
  weekdays: number[];
  /** The field begins with *: as in cron(8), it then restricts nothing by itself. */
  anyDay: boolean;
  anyWeekday: boolean;
  /** Hours of * or a step of it mean elapsed time: such a rule fires in both passes of an hour. */
  anyHour: boolean;
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const PART = /^(\*|\w+)(?:-(\w+))?(?:\/(\d{1,4}))?$/;
const FIELDS = 5;

/** Read a rule; null for what is none. */
export function parseCron(text: string): Cron | null {
  const parts = text.trim().split(/\s+/);
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = parts;
  const minutes = numbers(minute, 0, 59);
  const hours = numbers(hour, 0, 23);
  const days = numbers(day, 1, 31);
  const months = numbers(month, 1, 12, MONTHS);
  const weekdays = numbers(weekday, 0, 7, DAYS);
  if (parts.length !== FIELDS || !minutes || !hours || !days || !months || !weekdays) return null;
  return {
    minutes,
    hours,
    days,
    months,
    weekdays: sorted(weekdays.map((one) => one % 7)),
    anyDay: day.startsWith("*"),
    anyWeekday: weekday.startsWith("*"),
    anyHour: hour.startsWith("*"),
  };
}

function numbers(field: string, low: number, high: number, names?: string[]): number[] | null {
  const spans = field.split(",").map((part) => span(part, low, high, names));
  return spans.every((one) => one !== null) ? sorted(spans.flat()) : null;
}

function span(part: string, low: number, high: number, names?: string[]): number[] | null {
  const [, first, last, step] = PART.exec(part) ?? [];
  if (first === undefined || (first === "*" && last !== undefined)) return null;
  const from = first === "*" ? low : number(first, low, names);
  const width = Number(step ?? 1);
  const to = end(first, last, step, low, high, names);
  const isSound = from >= low && to <= high && from <= to && width > 0;
  if (!isSound) return null;
  return Array.from({ length: Math.floor((to - from) / width) + 1 }, (_, n) => from + n * width);
}

function end(
  first: string,
  last: string | undefined,
  step: string | undefined,
  low: number,
  high: number,
  names?: string[],
): number {
  if (last !== undefined) return number(last, low, names);
  if (first === "*") return names === DAYS ? high - 1 : high; // 7 is Sunday once more
  return step === undefined ? number(first, low, names) : high;
}

function number(word: string, low: number, names: string[] = []): number {
  const place = names.indexOf(word.toLowerCase());
  if (place >= 0) return place + low;
  return /^\d+$/.test(word) ? Number(word) : NaN;
}

function sorted(values: number[]): number[] {
  return [...new Set(values)].toSorted((a, b) => a - b);
}

/** A time of the day as a clock shows it: "02:30". */
export function clock(hour: number, minute: number): string {
  return `${two(hour)}:${two(minute)}`;
}

export function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** The step of numbers that begin at 0 and come round evenly, such as 15 of 0,15,30,45; or null. */
export function evenStep(values: readonly number[], size: number): number | null {
  const step = size / values.length;
  return Number.isInteger(step) && values.every((value, n) => value === n * step) ? step : null;
}
