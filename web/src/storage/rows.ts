/** The rows of the storage tables, and tables read to their end. */
import { queryOptions, useQuery } from "@tanstack/react-query";

import { api, told } from "@/api/client";
import type { components } from "@/api/types";
import { type RowFilters, ROWS } from "@/inventory/queries";

type Schemas = components["schemas"];
type AsRow<R> = R & Record<string, unknown>;

export type Pool = AsRow<Schemas["row.storage.pools"]>;
export type Device = Schemas["row.storage.pools.Device"];
export type Role = Schemas["row.storage.pools.Role"];
export type Scan = Schemas["row.storage.pools.Scan"];
export type Activity = Schemas["row.storage.pools.Activity"];
export type Dataset = AsRow<Schemas["row.storage.datasets"]>;
export type Snapshot = AsRow<Schemas["row.storage.snapshots"]>;
export type Disk = AsRow<Schemas["row.storage.disks"]>;

interface StorageRows {
  pools: Pool;
  datasets: Dataset;
  snapshots: Snapshot;
  disks: Disk;
}

/** A table, page after page; `isWhole` is false where reading stopped before its end. */
export interface WholeTable<R> {
  items: R[];
  observed_at: string | null;
  stale: boolean;
  isWhole: boolean;
}

const MOST_PAGES = 40; // 20,000 rows; beyond, a page would keep a person waiting

/** Renewed by events like every query whose key begins with the table's name. */
export function wholeQuery<N extends keyof StorageRows>(noun: N, filters: RowFilters = {}) {
  return queryOptions({
    queryKey: ["inventory", `storage/${noun}`, "whole", filters],
    queryFn: () => readWhole<StorageRows[N]>(noun, filters),
  });
}

async function readWhole<R>(noun: string, filters: RowFilters): Promise<WholeTable<R>> {
  const items: R[] = [];
  let cursor: string | null = null;
  for (let page = 1; ; page += 1) {
    const rows: RowsPage<R> = await readPage<R>(noun, filters, cursor);
    items.push(...rows.items);
    cursor = rows.next_cursor;
    if (cursor === null || page === MOST_PAGES) {
      return { items, observed_at: rows.observed_at, stale: rows.stale, isWhole: cursor === null };
    }
  }
}

interface RowsPage<R> extends Omit<WholeTable<R>, "isWhole"> {
  next_cursor: string | null;
}

async function readPage<R>(
  noun: string,
  filters: RowFilters,
  cursor: string | null,
): Promise<RowsPage<R>> {
  const query = { limit: ROWS, ...filters, ...(cursor !== null && { cursor }) };
  const asked = api.GET("/api/v1/inventory/{subsystem}/{noun}", {
    params: { path: { subsystem: "storage", noun }, query: query as never },
  });
  return (await told(asked)) as unknown as RowsPage<R>;
}

export function useWhole<N extends keyof StorageRows>(noun: N, filters: RowFilters = {}) {
  return useQuery(wholeQuery(noun, filters));
}

/** The pool a dataset or snapshot is in. */
export function poolOf(name: string): string {
  return name.split("@")[0]?.split("/")[0] ?? name;
}

/** The part after the @. */
export function shortName(snapshot: string): string {
  return snapshot.slice(snapshot.indexOf("@") + 1);
}

/** Whether a dataset is `root` or below it. */
export function isWithin(dataset: string, root: string): boolean {
  return dataset === root || dataset.startsWith(`${root}/`);
}
