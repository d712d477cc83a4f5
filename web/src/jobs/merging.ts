/** Lists of jobs, newest first, kept up to date without reading them anew. */
import type { Job } from "@/api/types";

export interface JobList {
  items: Job[];
  nextCursor: string | null;
}

/**
 * Put a freshly read first page on top of a list that may reach further back. What the page
 * should have and has not does not fit the filter any more. A page that does not reach what is
 * known stands alone: between them something may be missing.
 */
export function withHead(list: JobList, head: JobList): JobList {
  const last = head.items.at(-1);
  if (last === undefined || head.nextCursor === null) return head;
  const known = new Set(list.items.map((job) => job.id));
  if (!head.items.some((job) => known.has(job.id))) return head;
  const older = list.items.filter((job) => isOlder(job, last));
  return {
    items: [...head.items, ...older],
    nextCursor: older.length > 0 ? list.nextCursor : head.nextCursor,
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

// UUIDv7: the order of ids is that of creation, also within a millisecond.
function isOlder(job: Job, than: Job): boolean {
  return (
    job.created_at < than.created_at || (job.created_at === than.created_at && job.id < than.id)
  );
}
