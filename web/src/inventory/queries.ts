import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, told } from "@/api/client";

export const ROWS = 500;

export type Row = Record<string, unknown> & { key: string; node: string };

export interface Rows<R extends Row = Row> {
  items: R[];
  observed_at: string | null;
  stale: boolean;
  next_cursor: string | null;
}

export type RowFilters = Record<string, string>;

/** Some rows of a table, or of a look-up. */
export async function readRows<R extends Row = Row>(
  name: string,
  filters: RowFilters,
): Promise<Rows<R>> {
  const [subsystem = "", noun = ""] = name.split("/");
  const asked = api.GET("/api/v1/inventory/{subsystem}/{noun}", {
    params: { path: { subsystem, noun }, query: { limit: ROWS, ...filters } as never },
  });
  return (await told(asked)) as unknown as Rows<R>;
}

/** A table as workers last saw it; the key begins with its name, by which events renew it. */
export function tableQuery<R extends Row = Row>(name: string, filters: RowFilters = {}) {
  return queryOptions({
    queryKey: ["inventory", name, filters],
    queryFn: () => readRows<R>(name, filters),
  });
}

export function useTable<R extends Row = Row>(name: string, filters: RowFilters = {}) {
  return useQuery(tableQuery<R>(name, filters));
}

const MOST_PAGES = 40; // 20,000 rows: the slots of the largest library there is

/** All rows of a table, however many: what is drawn as a whole has no "more". */
export function useWhole<R extends Row = Row>(name: string) {
  const [subsystem = "", noun = ""] = name.split("/");
  return useQuery({
    queryKey: ["inventory", name, "whole"],
    queryFn: async () => {
      let rows = await readPage<R>(subsystem, noun);
      for (let page = 1; page < MOST_PAGES && rows.next_cursor !== null; page += 1) {
        const next = await readPage<R>(subsystem, noun, rows.next_cursor);
        rows = { ...next, items: [...rows.items, ...next.items] };
      }
      return rows;
    },
  });
}

async function readPage<R extends Row>(
  subsystem: string,
  noun: string,
  cursor?: string,
): Promise<Rows<R>> {
  const query = { limit: ROWS, ...(cursor !== undefined && { cursor }) };
  const asked = api.GET("/api/v1/inventory/{subsystem}/{noun}", {
    params: { path: { subsystem, noun }, query: query as never },
  });
  return (await told(asked)) as unknown as Rows<R>;
}

export function useTables() {
  return useQuery({
    queryKey: ["tables"],
    queryFn: () => told(api.GET("/api/v1/inventory")),
    staleTime: Infinity,
  });
}

/** Have a table read anew; the event that follows brings the rows. */
export function useRefresh(name: string) {
  const queries = useQueryClient();
  const [subsystem = "", noun = ""] = name.split("/");
  return useMutation({
    mutationFn: () =>
      told(
        api.POST("/api/v1/inventory/{subsystem}/{noun}/refresh", {
          params: { path: { subsystem, noun } },
          body: { node: null },
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: ["inventory", name] }),
  });
}
