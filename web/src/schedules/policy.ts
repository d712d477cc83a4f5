/** How long snapshots are kept: for a lifetime, or so many of each period; and how that is said. */
import { t } from "i18next";

import type { Retention } from "@/api/types";

export const RULES = ["last", "hourly", "daily", "weekly", "monthly", "yearly"] as const;
export type KeepRule = (typeof RULES)[number];

/** What people say about a policy: any part may be left out. */
export type Policy = Partial<Retention>;
export type PolicyKind = "all" | "age" | "count";

const DEFAULT_COUNTS: Policy = { keep_daily: 7, keep_weekly: 4, keep_monthly: 12 };
const DEFAULT_LIFETIME = "P14D";

export function countOf(policy: Policy, rule: KeepRule): number {
  return policy[`keep_${rule}`] ?? 0;
}

export function kindOf(policy: Policy | null): PolicyKind {
  if (policy?.lifetime) return "age";
  return policy !== null && RULES.some((rule) => countOf(policy, rule) > 0) ? "count" : "all";
}

/** Another kind of policy, with something sensible in it; the least age stays. */
export function ofKind(kind: PolicyKind, before: Policy | null): Policy | null {
  if (kind === "all") return null;
  const kept = before?.min_age ? { min_age: before.min_age } : {};
  return { ...kept, ...(kind === "age" ? { lifetime: DEFAULT_LIFETIME } : DEFAULT_COUNTS) };
}

/** Only what is set: so two that mean the same are the same. Null for one that keeps all. */
export function tidy(policy: Policy | null): Policy | null {
  if (policy === null || kindOf(policy) === "all") return null;
  const said = Object.entries(policy)
    .filter(([, value]) => Boolean(value))
    .map(([name, value]) => [name, typeof value === "string" ? plain(value) : value] as const);
  return Object.fromEntries(said.toSorted(([a], [b]) => a.localeCompare(b)));
}

/** One spelling of a length of time, whoever wrote it. */
function plain(iso: string): string {
  const seconds = secondsOf(iso);
  return seconds === 0 ? iso : `PT${seconds / SECONDS.minutes}M`;
}

export function samePolicy(one: Policy | null, other: Policy | null): boolean {
  return JSON.stringify(tidy(one)) === JSON.stringify(tidy(other));
}

/** A policy in words: "7 daily, 4 weekly". */
export function policyInWords(policy: Policy | null): string {
  if (policy === null || kindOf(policy) === "all") return t("schedules.policy.keepsAll");
  const said = policy;
  if (said.lifetime) return withLeast(said, lengthInWords(said.lifetime));
  const counts = RULES.filter((rule) => countOf(said, rule) > 0).map((rule) =>
    t(`schedules.policy.counted.${rule}`, { count: countOf(said, rule) }),
  );
  return withLeast(said, counts.join(", "));
}

function withLeast({ min_age }: Policy, said: string): string {
  if (!min_age) return said;
  return t("schedules.policy.withLeast", { said, age: lengthInWords(min_age) });
}

// ---- lengths of time

export const UNITS = ["minutes", "hours", "days", "weeks"] as const;
export type Unit = (typeof UNITS)[number];
const SECONDS: Record<Unit, number> = { minutes: 60, hours: 3600, days: 86_400, weeks: 604_800 };
const YEAR_DAYS = 365; // as the API counts
const ISO = /^P(?:(\d+)Y)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:\d+(?:\.\d+)?S)?)?$/;

export interface Length {
  amount: number;
  unit: Unit;
}

/** An ISO 8601 length of time in its largest whole unit; what is none, or under a minute, is null. */
export function lengthOf(iso: string): Length | null {
  const seconds = secondsOf(iso);
  if (seconds === 0) return null;
  // 14 days stay 14 days: few people count in weeks unless they said so.
  const units: Unit[] = iso.includes("W") ? [...UNITS].reverse() : ["days", "hours", "minutes"];
  const unit = units.find((one) => seconds % SECONDS[one] === 0) ?? "minutes";
  return { amount: seconds / SECONDS[unit], unit };
}

function secondsOf(iso: string): number {
  const [, years, weeks, days, hours, minutes] = ISO.exec(iso) ?? [];
  const said: Record<Unit, number> = {
    weeks: Number(weeks ?? 0),
    days: Number(days ?? 0) + Number(years ?? 0) * YEAR_DAYS,
    hours: Number(hours ?? 0),
    minutes: Number(minutes ?? 0),
  };
  return UNITS.reduce((sum, unit) => sum + said[unit] * SECONDS[unit], 0);
}

export function isoOf({ amount, unit }: Length): string {
  const whole = Math.max(1, Math.round(amount));
  const letters = { minutes: `PT${whole}M`, hours: `PT${whole}H`, days: `P${whole}D` };
  return unit === "weeks" ? `P${whole}W` : letters[unit];
}

function lengthInWords(iso: string): string {
  const length = lengthOf(iso);
  return length === null ? iso : t(`schedules.policy.${length.unit}`, { count: length.amount });
}
