/** How values of inventory rows are shown, by what their names say about them. */
import type { ReactNode } from "react";

import { bytes } from "@/format/bytes";
import { duration } from "@/format/time";
import { Json } from "@/ui/json";
import { When } from "@/ui/when";

/** Show one value of a row; names carry their units: size_bytes, created_at, capacity_percent. */
export function shown(name: string, value: unknown): ReactNode {
  if (value === null || value === undefined) return <span className="text-muted">–</span>;
  if (typeof value === "number") return number(name, value);
  if (typeof value === "string" && name.endsWith("_at")) return <When at={value} />;
  if (Array.isArray(value) && value.every((one) => typeof one !== "object")) {
    return value.length === 0 ? <span className="text-muted">–</span> : value.join(", ");
  }
  if (Array.isArray(value)) return value.length;
  return <Json value={value} />;
}

function number(name: string, value: number): ReactNode {
  if (name === "bytes" || name.endsWith("_bytes")) return bytes(value);
  if (name.endsWith("_percent")) return `${value} %`;
  if (name.endsWith("_s")) return duration(value);
  return value;
}

/** Columns that say the same as the key or the page already does. */
export function columnsOf(rows: readonly Record<string, unknown>[]): string[] {
  const first = rows[0];
  if (first === undefined) return [];
  if (first.key === undefined) return [];
  const doubles = Object.keys(first).filter(
    (name) => name !== "key" && rows.every((row) => row[name] === row.key),
  );
  const single = new Set(rows.map((row) => row.node)).size < 2;
  const others = Object.keys(first).filter(
    (name) => name !== "key" && !doubles.includes(name) && !(name === "node" && single),
  );
  return ["key", ...others];
}
