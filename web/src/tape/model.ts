/** A library as it is drawn: its places, each with what is in it and all that is known of that. */
import type { DriveRow, LibraryRow, MediaRow, SlotRow } from "@/tape/rows";

/** One place that can hold a cartridge. */
export interface Cell {
  /** That of the row: "shelf/slot-1". */
  key: string;
  kind: "slot" | "ie" | "drive";
  number: number;
  trouble: string | null;
  held: Held | null;
  /** Of a drive whose serial number is known. */
  drive: DriveRow | null;
}

/** A cartridge in its place. */
export interface Held {
  /** Null where the label cannot be read. */
  barcode: string | null;
  kind: "data" | "worm" | "cleaning";
  capacityBytes: number | null;
  usedBytes: number | null;
  media: MediaRow | null;
  /** The slot that the cartridge of a drive came from. */
  source: number | null;
}

export interface Shelf {
  library: LibraryRow;
  drives: Cell[];
  slots: Cell[];
  doors: Cell[];
}

interface Tables {
  slots: readonly SlotRow[];
  drives: readonly DriveRow[];
  media: readonly MediaRow[];
}

/** Put a library together from the three tables that know of it. */
export function shelfOf(library: LibraryRow, tables: Tables): Shelf {
  const isOwn = (row: { library: string | null; node: string }) =>
    row.library === library.name && row.node === library.node;
  const media = new Map(tables.media.filter(isOwn).map((row) => [placeOf(row), row]));
  const drives = new Map(tables.drives.filter(isOwn).map((row) => [row.serial, row]));
  const cells = tables.slots
    .filter(isOwn)
    .map((row) => cellOf(row, media, drives))
    .toSorted((a, b) => a.number - b.number);
  return {
    library,
    drives: cells.filter((cell) => cell.kind === "drive"),
    slots: cells.filter((cell) => cell.kind === "slot"),
    doors: cells.filter((cell) => cell.kind === "ie"),
  };
}

/** Every place of a library, in the order in which it is drawn. */
export function cellsOf(shelf: Shelf): Cell[] {
  return [...shelf.drives, ...shelf.doors, ...shelf.slots];
}

function placeOf(row: MediaRow): string {
  return `${row.element ?? ""} ${row.number ?? ""}`;
}

function cellOf(
  row: SlotRow,
  media: ReadonlyMap<string, MediaRow>,
  drives: ReadonlyMap<string, DriveRow>,
): Cell {
  return {
    key: row.key,
    kind: row.kind as Cell["kind"],
    number: row.number,
    trouble: row.trouble,
    held: row.is_full ? heldOf(row, media.get(`${row.kind} ${row.number}`) ?? null) : null,
    drive: drives.get(row.drive ?? "") ?? null,
  };
}

function heldOf(row: SlotRow, found: MediaRow | null): Held {
  // The tables are read one after the other: a row of another cartridge is an older one.
  const media = found?.barcode === row.barcode ? found : null;
  return {
    barcode: row.barcode,
    kind: row.cartridge ?? media?.kind ?? "data",
    capacityBytes: row.capacity_bytes ?? media?.capacity_bytes ?? null,
    usedBytes: row.used_bytes ?? media?.used_bytes ?? null,
    media,
    source: row.source,
  };
}

/** Whether a cartridge is what somebody looks for: by barcode, pool or state. */
export function fitsText(held: Held, sought: string): boolean {
  const wanted = sought.trim().toLowerCase();
  const texts = [held.barcode, held.media?.pool, held.media?.state, held.kind];
  return texts.some((text) => text?.toLowerCase().includes(wanted));
}
