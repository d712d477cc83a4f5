/** A retention policy in parts that can be said. Pure. */
import type { Retention } from "@/api/types";

export const RULES = [
  "keep_last",
  "keep_hourly",
  "keep_daily",
  "keep_weekly",
  "keep_monthly",
  "keep_yearly",
] as const;

export type Part =
  | { rule: "lifetime"; days: number; hours: number; minutes: number }
  | { rule: (typeof RULES)[number]; count: number };

/** Empty: it keeps everything. */
export function partsOf(policy: Retention | null): Part[] {
  if (policy === null) return [];
  const parts: Part[] = [];
  if (policy.lifetime) parts.push({ rule: "lifetime", ...lengthOf(policy.lifetime) });
  for (const rule of RULES) {
    const count = policy[rule] ?? 0;
    if (count > 0) parts.push({ rule, count });
  }
  return parts;
}

const ISO = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?/;

/** Days, hours and minutes of an ISO 8601 length such as P14D or PT36H. */
export function lengthOf(text: string): { days: number; hours: number; minutes: number } {
  const [, weeks = 0, days = 0, hours = 0, minutes = 0] = (ISO.exec(text) ?? []).map((part) =>
    Number(part || 0),
  );
  return { days: weeks * 7 + days, hours, minutes };
}
