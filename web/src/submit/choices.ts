/** What a picker offers: rows of an inventory table, with a second line that tells them apart. */
import { useQuery } from "@tanstack/react-query";

import { bytes } from "@/format/bytes";
import { words } from "@/format/words";
import { type Row, type RowFilters, tableQuery } from "@/inventory/queries";
import { useMay } from "@/session/session";
import type { Choice } from "@/ui/choices";

/** What is worth a word in the second line, in this order; the rest is on the table's page. */
const TOLD = (
  "kind health state name model vendor product client fileset library pool source built element number " +
  "barcode address media_type slots allocation mountpoint size_bytes capacity_bytes used_bytes " +
  "free_bytes bytes ended_at"
).split(" ");

const LENGTH = 5;

/** A second line about a row: "online · 10 GiB size · 4 GiB free". */
export function detailOf(row: Row): string | undefined {
  const told = TOLD.flatMap((name) => {
    const value = row[name];
    return value === row.key || value === null || value === undefined || value === ""
      ? []
      : [valueTold(name, value)];
  });
  return told.length === 0 ? undefined : told.slice(0, LENGTH).join(" · ");
}

function valueTold(name: string, value: unknown): string {
  if (typeof value === "number" && name.endsWith("bytes")) {
    const of = words(name.replace(/_?bytes$/, ""));
    return of === "" ? bytes(value) : `${bytes(value)} ${of}`;
  }
  if (typeof value === "number") return `${words(name)} ${value}`;
  return name.endsWith("_at") ? String(value).slice(0, 16).replace("T", " ") : String(value);
}

/** Only so many rows come at once; of snapshots, those of the dataset that was typed. */
export function filtersFor(table: string, text: string): RowFilters {
  const [dataset = "", name] = text.split("@");
  return table === "storage/snapshots" && name !== undefined ? { dataset } : {};
}

/** The rows of a table as choices; nothing to choose for who may not see them. */
export function useChoices(table: string | undefined, text = "") {
  const may = useMay();
  const name = table ?? "";
  const subsystem = name.slice(0, name.indexOf("/"));
  const rows = useQuery({
    ...tableQuery(name, filtersFor(name, text)),
    enabled: table !== undefined && may(`${subsystem}:read`),
  });
  const choices = (rows.data?.items ?? []).map((row): Choice => ({
    value: row.key,
    detail: detailOf(row),
  }));
  return { choices, pending: rows.isLoading };
}
