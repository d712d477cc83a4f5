/** Which schedules the list shows: lives in the address. */
import type { Schedule } from "@/api/types";

export const STATES = ["on", "off", "trouble"] as const;
export type ListState = (typeof STATES)[number];

export interface ListFilters {
  q?: string;
  type?: string;
  is?: ListState;
}

export function filtersOf(search: URLSearchParams): ListFilters {
  const q = search.get("q");
  const type = search.get("type");
  const is = STATES.find((one) => one === search.get("is"));
  return { ...(q && { q }), ...(type && { type }), ...(is && { is }) };
}

export function searchOf({ q, type, is }: ListFilters): URLSearchParams {
  return new URLSearchParams({ ...(q && { q }), ...(type && { type }), ...(is && { is }) });
}

export function fits(filters: ListFilters, schedule: Schedule): boolean {
  return (
    (filters.type === undefined || schedule.type === filters.type) &&
    (filters.is === undefined || isIn(filters.is, schedule)) &&
    textOf(schedule).includes((filters.q ?? "").trim().toLowerCase())
  );
}

function isIn(state: ListState, schedule: Schedule): boolean {
  if (state === "trouble") return schedule.trouble !== null;
  return schedule.enabled === (state === "on");
}

function textOf(schedule: Schedule): string {
  return [schedule.name, schedule.type, targetOf(schedule.params)].join(" ").toLowerCase();
}

// What jobs call the thing they are about, most telling first.
const TARGETS = [
  "dataset",
  "source",
  "pool",
  "client",
  "job",
  "library",
  "drive",
  "disk",
  "volume",
  "archive",
];
const SHORT = 80;

/** What a schedule is for: the dataset, pool, client … of its parameters; "" when none is named. */
export function targetOf(params: Record<string, unknown>): string {
  const named = TARGETS.filter((name) => isWord(params[name]));
  const first = named[0];
  if (first !== undefined) return params[first] as string;
  const others = Object.values(params).filter(isWord);
  return others.length === 1 ? (others[0] as string) : "";
}

function isWord(value: unknown): boolean {
  return typeof value === "string" && value !== "" && value.length <= SHORT;
}
