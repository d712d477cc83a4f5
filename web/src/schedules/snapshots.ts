import { useQuery } from "@tanstack/react-query";

import { api, told } from "@/api/client";
import type { components } from "@/api/types";
import { ROWS, type Row, type RowFilters, type Rows } from "@/inventory/queries";

export type SnapshotRow = components["schemas"]["row.storage.snapshots"];
export type DatasetRow = components["schemas"]["row.storage.datasets"];

/** Every row of a table that fits, page after page; events renew them as they do the first page. */
function useAllRows<R extends Row>(noun: string, filters: RowFilters, enabled: boolean) {
  return useQuery({
    queryKey: ["inventory", `storage/${noun}`, filters, "all"],
    queryFn: async () => {
      const items: R[] = [];
      let cursor: string | null = null;
      do {
        const page: Rows<R> = await rowsFrom<R>(noun, filters, cursor);
        items.push(...page.items);
        cursor = page.next_cursor;
      } while (cursor !== null);
      return items;
    },
    enabled,
  });
}

async function rowsFrom<R extends Row>(
  noun: string,
  filters: RowFilters,
  cursor: string | null,
): Promise<Rows<R>> {
  const query = { limit: ROWS, ...filters, ...(cursor !== null && { cursor }) };
  const asked = api.GET("/api/v1/inventory/{subsystem}/{noun}", {
    params: { path: { subsystem: "storage", noun }, query: query as never },
  });
  return (await told(asked)) as unknown as Rows<R>;
}

/** The snapshots of a dataset, or of a whole pool; none while neither is named. */
export function useSnapshots(filters: RowFilters) {
  const enabled = Object.keys(filters).length > 0;
  return useAllRows<SnapshotRow & Row>("snapshots", filters, enabled);
}

export function useDatasets(enabled = true) {
  return useAllRows<DatasetRow & Row>("datasets", {}, enabled);
}
