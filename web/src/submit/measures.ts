/** Amounts with a unit: how a value is split into the two that people type, and put together. */

export interface Amount {
  text: string;
  unit: string;
}

export interface Measure<V> {
  units: readonly string[];
  /** The unit to begin with. */
  start: string;
  split: (value: V) => Amount | null;
  /** Undefined while the text is no number. */
  join: (amount: Amount) => V | undefined;
}

const KIB = 1024;
const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86400;

const BYTES = {
  B: 1,
  KiB: KIB,
  MiB: KIB ** 2,
  GiB: KIB ** 3,
  TiB: KIB ** 4,
};
const RATES = Object.fromEntries(
  Object.entries(BYTES).map(([unit, factor]) => [`${unit}/s`, factor]),
);
const TIMES = { s: 1, min: MINUTE_S, h: HOUR_S, d: DAY_S };

/** Units by their factors, from small to large: the largest that gives a whole number is shown. */
function byFactors(factors: Record<string, number>, start: string): Measure<number> {
  const units = Object.keys(factors);
  const factor = (unit: string) => factors[unit] ?? 1;
  return {
    units,
    start,
    split: (value) => {
      if (value === 0) return { text: "0", unit: start };
      const unit = units.findLast((one) => value % factor(one) === 0);
      return unit === undefined
        ? { text: String(value), unit: units[0] ?? start }
        : { text: String(value / factor(unit)), unit };
    },
    join: ({ text, unit }) => {
      const amount = numberOf(text);
      return amount === undefined ? undefined : Math.round(amount * factor(unit));
    },
  };
}

export const byteMeasure = byFactors(BYTES, "GiB");
export const rateMeasure = byFactors(RATES, "MiB/s");
export const timeMeasure = byFactors(TIMES, "min");

const SPAN = /^P(?:(\d+)([DWMY])|T(\d+)(H))$/;
const SPAN_UNITS: Record<string, string> = { H: "h", D: "d", W: "weeks", M: "months", Y: "years" };

/** ISO 8601 durations of one unit, such as P14D; others cannot be split. */
export const spanMeasure: Measure<string> = {
  units: Object.values(SPAN_UNITS),
  start: "d",
  split: (value) => {
    const [, days, dayUnit, hours, hourUnit] = SPAN.exec(value) ?? [];
    const unit = SPAN_UNITS[dayUnit ?? hourUnit ?? ""];
    return unit === undefined ? null : { text: days ?? hours ?? "", unit };
  },
  join: ({ text, unit }) => {
    const amount = numberOf(text);
    const letter = Object.entries(SPAN_UNITS).find(([, name]) => name === unit)?.[0];
    if (amount === undefined || letter === undefined) return undefined;
    return letter === "H" ? `PT${amount}H` : `P${amount}${letter}`;
  },
};

function numberOf(text: string): number | undefined {
  const number = text.trim() === "" ? NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** What to show for a value: what was typed, as long as it means the value; else the value. */
export function shownAmount<V>(measure: Measure<V>, typed: Amount, value: V | undefined): Amount {
  if (measure.join(typed) === value) return typed;
  if (value === undefined) return { text: "", unit: typed.unit };
  return measure.split(value) ?? { text: String(value), unit: typed.unit };
}

/** A point in time as `datetime-local` takes it, in the person's zone. */
export function toLocal(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "";
  const two = (part: number) => String(part).padStart(2, "0");
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join("-");
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** The same back; undefined for nothing. */
export function fromLocal(text: string): string | undefined {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
