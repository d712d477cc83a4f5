/** Rows of a small library, for tests: two drives, four slots, two import/export slots. */
import type { Shelf } from "@/tape/model";
import { shelfOf } from "@/tape/model";
import type { DriveRow, LibraryRow, MediaRow, SlotRow } from "@/tape/rows";

const NODE = "one";
const LIBRARY = "shelf";

export function library(told: Partial<LibraryRow> = {}): LibraryRow {
  return {
    key: LIBRARY,
    node: NODE,
    name: LIBRARY,
    drives: ["shelf-0", "shelf-1"],
    is_online: true,
    ...told,
  } as LibraryRow;
}

export function slot(kind: string, number: number, told: Partial<SlotRow> = {}): SlotRow {
  return {
    key: `${LIBRARY}/${kind}-${number}`,
    node: NODE,
    library: LIBRARY,
    kind,
    number,
    is_full: told.barcode !== undefined,
    barcode: null,
    source: null,
    drive: kind === "drive" ? `shelf-${number}` : null,
    cartridge: told.barcode === undefined ? null : "data",
    capacity_bytes: null,
    used_bytes: null,
    trouble: null,
    ...told,
  } as SlotRow;
}

export function drive(number: number, told: Partial<DriveRow> = {}): DriveRow {
  const serial = `shelf-${number}`;
  return {
    key: serial,
    node: NODE,
    serial,
    library: LIBRARY,
    number,
    state: "empty",
    barcode: null,
    tape_alerts: [],
    job: null,
    ...told,
  } as unknown as DriveRow;
}

export function cartridge(barcode: string, told: Partial<MediaRow> = {}): MediaRow {
  return {
    key: barcode,
    node: NODE,
    barcode,
    kind: "data",
    library: LIBRARY,
    element: "slot",
    number: 1,
    is_duplicate: false,
    is_write_protected: false,
    capacity_bytes: null,
    used_bytes: null,
    state: null,
    pool: null,
    vault: null,
    job: null,
    ...told,
  } as MediaRow;
}

interface Changes {
  library?: Partial<LibraryRow>;
  slots?: SlotRow[];
  drives?: DriveRow[];
  media?: MediaRow[];
}

/** CAL001L8 in slot 1, CLN001L8 in slot 2, CAL003L8 in drive 0; all else is empty. */
export function smallShelf(changes: Changes = {}): Shelf {
  const changed = new Set(changes.slots?.map((row) => row.key));
  const slots = [
    slot("drive", 0, { barcode: "CAL003L8", source: 3 }),
    slot("drive", 1),
    slot("slot", 1, { barcode: "CAL001L8" }),
    slot("slot", 2, { barcode: "CLN001L8", cartridge: "cleaning" }),
    slot("slot", 3),
    slot("slot", 4),
    slot("ie", 5),
    slot("ie", 6),
  ].filter((row) => !changed.has(row.key));
  return shelfOf(library(changes.library), {
    slots: [...slots, ...(changes.slots ?? [])],
    drives: changes.drives ?? [drive(0, { state: "loaded", barcode: "CAL003L8" }), drive(1)],
    media: changes.media ?? [],
  });
}
