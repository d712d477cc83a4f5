/** Lists of jobs in one order, kept up to date without reading them anew. */
import type { Job } from "@/api/types";
import type { Order } from "@/jobs/filters";

export interface JobList {
  items: Job[];
  nextCursor: string | null;
}

/**
 * Put a freshly read first page on top of a list that may reach further back. What the page
 * should have and has not does not fit the filter any more. A page that does not reach what is
 * known stands alone: between them something may be missing.
 */
export function withHead(list: JobList, head: JobList, order?: Order): JobList {
  const last = head.items.at(-1);
  if (last === undefined || head.nextCursor === null) return head;
  const known = new Set(list.items.map((job) => job.id));
  if (!head.items.some((job) => known.has(job.id))) return head;
  const further = list.items.filter((job) => isBehind(job, last, order));
  return {
    items: [...head.items, ...further],
    nextCursor: further.length > 0 ? list.nextCursor : head.nextCursor,
  };
}

/** Put a page behind the list; what both have is there once. */
export function withOlder(list: JobList, page: JobList): JobList {
  const known = new Set(list.items.map((job) => job.id));
  const fresh = page.items.filter((job) => !known.has(job.id));
  return { items: [...list.items, ...fresh], nextCursor: page.nextCursor };
}

/** Put one job that has changed in its place; drop it when it does not fit any more. */
export function withJob(list: JobList, job: Job, fits: (job: Job) => boolean): JobList {
  const at = list.items.findIndex((one) => one.id === job.id);
  if (at < 0) return list;
  const items = fits(job) ? list.items.with(at, job) : list.items.toSpliced(at, 1);
  return { ...list, items };
}

/** Whether a job stands behind another in an order; none: the newest first. */
function isBehind(job: Job, other: Job, order?: Order): boolean {
  const [a, b] = [placeOf(job, order), placeOf(other, order)];
  return order === "created_at" ? a > b : a < b;
}

// UUIDv7: the order of ids is that of creation, also within a millisecond.
function placeOf(job: Job, order?: Order): string {
  return `${(order === "-finished_at" ? job.finished_at : job.created_at) ?? ""} ${job.id}`;
}
