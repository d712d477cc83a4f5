/** What of the jobs is shown: lives in the address, so that it can be kept and sent. */
import type { Job, State } from "@/api/types";

export const STATES: readonly State[] = [
  "waiting",
  "queued",
  "running",
  "succeeded",
  "failed",
  "cancelled",
  "lost",
];

/** Another order than "the newest first". */
export const ORDERS = ["created_at", "-finished_at"] as const;
export type Order = (typeof ORDERS)[number];

export interface JobFilters {
  state?: State[];
  type?: string[];
  subsystem?: string;
  node?: string;
  schedule?: string;
  user?: string;
  parent?: string;
  since?: string;
  until?: string;
  q?: string;
  sort?: Order;
}

const ONES = ["subsystem", "node", "schedule", "user", "parent", "since", "until", "q"] as const;

/** Read filters from an address; what makes no sense there is left out. */
export function filtersOf(search: URLSearchParams): JobFilters {
  const filters: JobFilters = {};
  const state = STATES.filter((one) => search.getAll("state").includes(one));
  if (state.length > 0) filters.state = state;
  const type = search.getAll("type").filter(Boolean);
  if (type.length > 0) filters.type = type;
  for (const name of ONES) {
    const value = search.get(name);
    if (value) filters[name] = value;
  }
  const sort = ORDERS.find((one) => one === search.get("sort"));
  if (sort !== undefined) filters.sort = sort;
  return filters;
}

/** The same as an address, in one order, so that equal filters are equal addresses. */
export function searchOf(filters: JobFilters): URLSearchParams {
  const search = new URLSearchParams();
  for (const one of filters.state ?? []) search.append("state", one);
  for (const one of filters.type ?? []) search.append("type", one);
  for (const name of ONES) {
    const value = filters[name];
    if (value) search.set(name, value);
  }
  if (filters.sort) search.set("sort", filters.sort);
  return search;
}

/** Whether a job that has changed still belongs in a list: only its state ever changes. */
export function fitsState(filters: JobFilters): (job: Job) => boolean {
  return (job) => filters.state === undefined || filters.state.includes(job.state);
}
