import {
  type QueryClient,
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useCallback, useState } from "react";

import { api, told } from "@/api/client";
import type { Job, paths } from "@/api/types";
import { liveProgress } from "@/events/live";
import { fitsState, type JobFilters, type Order } from "@/jobs/filters";
import { type JobList, withHead, withJob, withOlder } from "@/jobs/merging";

export const PAGE = 50;
const SINGLY = 5; // as many changed jobs are looked at one by one; more, and lists are read anew

const LISTS = "jobs";
const listKey = (filters: JobFilters) => [LISTS, filters] as const;

export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: ["job", id],
    queryFn: () => told(api.GET("/api/v1/jobs/{job_id}", { params: { path: { job_id: id } } })),
  });

export const jobTypesQuery = queryOptions({
  queryKey: ["job-types"],
  queryFn: () => told(api.GET("/api/v1/job-types")),
  staleTime: Infinity, // they change with a release, and that reloads the page
});

async function readPage(filters: JobFilters, cursor?: string): Promise<JobList> {
  const query = { ...filters, limit: PAGE, ...(cursor !== undefined && { cursor }) };
  const page = await told(api.GET("/api/v1/jobs", { params: { query } }));
  return { items: page.items, nextCursor: page.next_cursor };
}

/** A list of jobs that stays up to date; `more` reaches further back. */
export function useJobs(filters: JobFilters) {
  const queries = useQueryClient();
  const key = listKey(filters);
  const [reaching, setReaching] = useState(false);
  const list = useQuery({
    queryKey: key,
    queryFn: async () =>
      merged(queries.getQueryData<JobList>(key), await readPage(filters), filters.sort),
  });
  const cursor = list.data?.nextCursor;
  const more = useCallback(async () => {
    if (!cursor) return;
    setReaching(true);
    try {
      const page = await readPage(filters, cursor);
      queries.setQueryData<JobList>(listKey(filters), (known) =>
        known?.nextCursor === cursor ? withOlder(known, page) : known,
      );
    } finally {
      setReaching(false);
    }
  }, [cursor, filters, queries]);
  return { ...list, more, reaching, hasMore: Boolean(cursor) };
}

function merged(known: JobList | undefined, head: JobList, order?: Order): JobList {
  return known === undefined ? head : withHead(known, head, order);
}

/** Bring lists and pages up to what events told, with a bounded number of requests. */
export async function refreshJobs(queries: QueryClient, ids: string[]): Promise<void> {
  if (ids.length <= SINGLY) await Promise.all(ids.map((id) => refreshJob(queries, id)));
  else for (const id of ids) void queries.invalidateQueries({ queryKey: ["job", id] });
  await queries.invalidateQueries({ queryKey: [LISTS] });
}

async function refreshJob(queries: QueryClient, id: string): Promise<void> {
  const isShown = queries.getQueryState(["job", id]) !== undefined || isListed(queries, id);
  if (!isShown) return;
  try {
    place(queries, await queries.query({ ...jobQuery(id), staleTime: 0 }));
  } catch {
    // Whoever shows it says why, and asks again; here it only stays as it was.
  }
}

function isListed(queries: QueryClient, id: string): boolean {
  const lists = queries.getQueriesData<JobList>({ queryKey: [LISTS] });
  return lists.some(([, list]) => list?.items.some((job) => job.id === id));
}

/** Show a job that an answer brought, wherever it is shown. */
export function place(queries: QueryClient, job: Job): void {
  queries.setQueryData(["job", job.id], job);
  if (job.finished_at !== null) liveProgress.forget(job.id);
  for (const [key, list] of queries.getQueriesData<JobList>({ queryKey: [LISTS] })) {
    const fits = fitsState(key[1] ?? {});
    if (list !== undefined) queries.setQueryData(key, withJob(list, job, fits));
  }
}

type JobBody = paths["/api/v1/jobs"]["post"]["requestBody"]["content"]["application/json"];

/** A job to start, of whatever type: the API checks the parameters by the type's schema. */
export interface JobDraft {
  type: string;
  params: Record<string, unknown>;
  node?: string;
  priority?: number;
  not_before?: string;
  plan_hash?: string;
}

/** Submit a job; the same key twice starts one. */
export function submitJob({ draft, key }: { draft: JobDraft; key: string }): Promise<Job> {
  return told(
    api.POST("/api/v1/jobs", {
      body: draft as unknown as JobBody, // a union of every type's own shape
      headers: { "Idempotency-Key": key },
    }),
  );
}

export function useSubmit() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: submitJob,
    onSuccess: (job) => {
      place(queries, job);
      void queries.invalidateQueries({ queryKey: [LISTS] });
    },
  });
}

export function useCancel() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      told(api.POST("/api/v1/jobs/{job_id}/cancel", { params: { path: { job_id: id } } })),
    onSuccess: (job) => place(queries, job),
  });
}

export function useRerun() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, planHash }: { id: string; planHash?: string }) =>
      told(
        api.POST("/api/v1/jobs/{job_id}/rerun", {
          params: { path: { job_id: id } },
          body: { plan_hash: planHash ?? null },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: [LISTS] }),
  });
}
