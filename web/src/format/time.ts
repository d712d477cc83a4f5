import { t } from "i18next";

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86400;

/** A length of time for people: "42 s", "3 min 5 s", "2 h 10 min", "4 d 3 h". */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < MINUTE_S) return `${s} s`;
  if (s < HOUR_S) return pair(s, MINUTE_S, "min", 1, "s");
  if (s < DAY_S) return pair(s, HOUR_S, "h", MINUTE_S, "min");
  return pair(s, DAY_S, "d", HOUR_S, "h");
}

function pair(s: number, large: number, largeName: string, small: number, smallName: string) {
  const whole = Math.floor(s / large);
  const rest = Math.floor((s % large) / small);
  return rest === 0 ? `${whole} ${largeName}` : `${whole} ${largeName} ${rest} ${smallName}`;
}

/** How long ago, or in how long: "3 min ago", "in 2 h". Within five seconds it is "now". */
export function relative(at: Date, now: Date): string {
  const s = Math.round((at.getTime() - now.getTime()) / 1000);
  if (Math.abs(s) < 5) return t("time.now");
  const time = coarsely(Math.abs(s));
  return s < 0 ? t("time.ago", { time }) : t("time.in", { time });
}

function coarsely(s: number): string {
  if (s < MINUTE_S) return `${s} s`;
  if (s < HOUR_S) return `${Math.floor(s / MINUTE_S)} min`;
  if (s < DAY_S) return `${Math.floor(s / HOUR_S)} h`;
  return `${Math.floor(s / DAY_S)} d`;
}

/** A point in time in the person's own zone: "27 Nov 2026, 02:15:33". */
export function local(at: Date, timeZone?: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZone,
  }).format(at);
}

/** The day alone, for the axis of a chart: "27 Nov". */
export function day(at: Date, timeZone?: string): string {
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone }).format(at);
}

/** The same instant in UTC: "2026-11-27 02:15:33 UTC". */
export function utc(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
