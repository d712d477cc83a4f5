/** Look-ups into backups: a worker asks the director each time. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";

import type { components } from "@/api/types";
import { readRows, type RowFilters } from "@/inventory/queries";

export type FileEntry = components["schemas"]["row.backup.files"] & Record<string, unknown>;
export type FoundEntry = components["schemas"]["row.backup.found"] & Record<string, unknown>;
export type Version = components["schemas"]["row.backup.versions"] & Record<string, unknown>;

const FRESH_MS = 60_000; // a backup that is over does not change

/** A folder, or what fits a name, page by page. */
export function useEntries(table: "backup/files" | "backup/found", filters: RowFilters) {
  return useInfiniteQuery({
    queryKey: ["looked", table, filters],
    initialPageParam: "",
    queryFn: ({ pageParam }) =>
      readRows<FileEntry & Partial<FoundEntry>>(table, {
        ...filters,
        ...(pageParam !== "" && { cursor: pageParam }),
      }),
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    staleTime: FRESH_MS,
  });
}

/** Every version of a file that some backup of the client has. */
export function useVersions(filters: RowFilters, enabled: boolean) {
  return useQuery({
    queryKey: ["looked", "backup/versions", filters],
    queryFn: () => readRows<Version>("backup/versions", filters),
    staleTime: FRESH_MS,
    enabled,
  });
}
