/** Which cartridges are listed: lives in the address, so that it can be kept and sent. */
import type { MediaRow } from "@/tape/rows";

export interface MediaFilters {
  q?: string;
  pool?: string;
  state?: string;
  vault?: string;
}

export const NOBODY = "-"; // of no pool, or not on record

const NAMES = ["q", "pool", "state", "vault"] as const;

export function mediaFiltersOf(search: URLSearchParams): MediaFilters {
  const filters: MediaFilters = {};
  for (const name of NAMES) {
    const value = search.get(name);
    if (value) filters[name] = value;
  }
  return filters;
}

type Told = Pick<MediaRow, "barcode" | "kind" | "library" | "pool" | "state" | "vault">;

export function fitsMedia(row: Told, filters: MediaFilters): boolean {
  return (
    isChosen(row.pool, filters.pool) &&
    isChosen(row.state, filters.state) &&
    isChosen(row.vault, filters.vault) &&
    hasText(row, filters.q ?? "")
  );
}

function isChosen(value: string | null, wanted: string | undefined): boolean {
  if (wanted === undefined) return true;
  return wanted === NOBODY ? value === null : value === wanted;
}

function hasText(row: Told, sought: string): boolean {
  const wanted = sought.trim().toLowerCase();
  const texts = [row.barcode, row.kind, row.library, row.pool, row.state, row.vault];
  return wanted === "" || texts.some((text) => text?.toLowerCase().includes(wanted));
}

/** The values that a column has, sorted, for a choice of one of them. */
export function valuesOf<K extends "pool" | "state" | "vault">(
  rows: readonly Pick<MediaRow, K>[],
  name: K,
): string[] {
  const values = new Set(rows.map((row) => row[name]).filter((one) => one !== null));
  return [...values].toSorted((a, b) => a.localeCompare(b));
}
