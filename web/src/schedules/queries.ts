import {
  keepPreviousData,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";

import { api, told } from "@/api/client";
import { Problem } from "@/api/problem";
import type { PreviewRequest, Schedule, ScheduleChange, ScheduleSpec } from "@/api/types";
import { fixate } from "@/schedules/fixate";
import { lookAgainMs } from "@/schedules/look-again";

const MOST = 500;
const FIRES = 50;
const NOT_FOUND = 404;
const PRECONDITION_FAILED = 412;
const ALL = ["schedules"] as const;

/** A schedule as it was seen; edits say so by its tag. */
export interface Seen {
  schedule: Schedule;
  etag: string;
}

/** Every schedule, by name; looked at again as soon as the next slot has been decided on. */
export function useSchedules() {
  return useQuery({
    queryKey: [...ALL],
    queryFn: allSchedules,
    refetchInterval: ({ state }) => lookAgainMs(state.data?.items ?? [], Date.now()),
  });
}

async function allSchedules(): Promise<{ items: Schedule[] }> {
  const items: Schedule[] = [];
  let cursor: string | null = null;
  do {
    const query: { limit: number; cursor?: string } = { limit: MOST, ...(cursor && { cursor }) };
    const page: { items: Schedule[]; next_cursor: string | null } = await told(
      api.GET("/api/v1/schedules", { params: { query } }),
    );
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return { items };
}

export const scheduleQuery = (id: string) =>
  queryOptions({
    queryKey: [...ALL, "one", id],
    queryFn: () => seen(api.GET("/api/v1/schedules/{schedule_id}", at(id))),
  });

/** One schedule, as fresh as the list. */
export function useSchedule(id: string) {
  return useQuery({
    ...scheduleQuery(id),
    refetchInterval: ({ state }) =>
      lookAgainMs(state.data === undefined ? [] : [state.data.schedule], Date.now()),
  });
}

/** What became of its slots, the latest first; `lastFireAt` is what tells that there is more. */
export function useFires(id: string, lastFireAt: string | null) {
  return useInfiniteQuery({
    queryKey: [...ALL, "fires", id, lastFireAt],
    queryFn: ({ pageParam }) =>
      told(
        api.GET("/api/v1/schedules/{schedule_id}/fires", {
          params: {
            ...at(id).params,
            query: { limit: FIRES, ...(pageParam !== null && { cursor: pageParam }) },
          },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
}

/** What became of its last slot, and the job that it made. */
export function useLastFire({ id, last_fire_at }: Schedule) {
  return useQuery({
    queryKey: [...ALL, "last", id, last_fire_at],
    queryFn: async () => {
      const query = { limit: 1 };
      const page = await told(
        api.GET("/api/v1/schedules/{schedule_id}/fires", { params: { ...at(id).params, query } }),
      );
      return page.items[0] ?? null;
    },
    enabled: last_fire_at !== null,
    staleTime: Infinity,
    placeholderData: keepPreviousData,
  });
}

const NOTHING: PreviewRequest = { cron: "", tz: "UTC", count: 1 };

/** When a rule would fire. A refusal is told, not repeated. */
export function usePreview(rule: PreviewRequest | null) {
  return useQuery({
    queryKey: ["schedule-preview", rule],
    queryFn: () => told(api.POST("/api/v1/schedules/preview", { body: rule ?? NOTHING })),
    enabled: rule !== null,
    placeholderData: keepPreviousData,
  });
}

export function useRunNow() {
  return useMutation({
    mutationFn: (id: string) =>
      told(
        api.POST("/api/v1/schedules/{schedule_id}/run", {
          ...at(id),
          headers: { "Idempotency-Key": crypto.randomUUID() },
        }),
      ),
  });
}

/** Change a part of a schedule, unless somebody changed it since it was shown. */
export function useChange() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ shown, change }: { shown: Schedule; change: ScheduleChange }) => {
      const now = await queries.query({ ...scheduleQuery(shown.id), staleTime: 0 });
      if (now.schedule.updated_at !== shown.updated_at) throw changedMeanwhile(now.schedule);
      return seen(api.PATCH("/api/v1/schedules/{schedule_id}", { ...tagged(now), body: change }));
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ALL }),
  });
}

/** Somebody else was first: `by` is who. */
export class ChangedMeanwhile extends Problem {
  constructor(readonly by: string) {
    super({ status: PRECONDITION_FAILED, code: "precondition-failed" });
  }
}

function changedMeanwhile(schedule: Schedule): ChangedMeanwhile {
  return new ChangedMeanwhile(schedule.updated_by);
}

export function isConflict(problem: unknown): boolean {
  return problem instanceof Problem && problem.status === PRECONDITION_FAILED;
}

export function isGone(problem: unknown): boolean {
  return problem instanceof Problem && problem.status === NOT_FOUND;
}

interface Save {
  base: Seen | null;
  spec: ScheduleSpec;
  /** Before that, have what it has taken kept as long as was said then. */
  fixing?: boolean;
}

/** Save a new schedule, or one as it was seen. */
export function useSave() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ base, spec, fixing = false }: Save) => {
      if (base === null) return seen(api.POST("/api/v1/schedules", { body: spec }));
      if (fixing) await fixate(base.schedule);
      return seen(api.PUT("/api/v1/schedules/{schedule_id}", { ...tagged(base), body: spec }));
    },
    onSuccess: (saved) => {
      queries.setQueryData(scheduleQuery(saved.schedule.id).queryKey, saved);
      void queries.invalidateQueries({ queryKey: ALL });
    },
  });
}

export function useRemove() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (base: Seen) => told(api.DELETE("/api/v1/schedules/{schedule_id}", tagged(base))),
    // Only the list: its own page is still there, and would ask for what is gone.
    onSuccess: () => queries.invalidateQueries({ queryKey: ALL, exact: true }),
  });
}

function at(id: string) {
  return { params: { path: { schedule_id: id } } };
}

function tagged({ schedule, etag }: Seen) {
  return { ...at(schedule.id), headers: { "If-Match": etag } };
}

interface Answer {
  data?: Schedule;
  error?: unknown;
  response: Response;
}

async function seen(asked: Promise<Answer>): Promise<Seen> {
  const answer = await asked;
  const schedule = await told(Promise.resolve(answer));
  return { schedule, etag: answer.response.headers.get("ETag") ?? "*" };
}
