/** Where a cartridge may go, and which job takes it there. */
import type { JobDraft } from "@/jobs/queries";
import { type Cell, cellsOf, type Shelf } from "@/tape/model";

export type MoveType =
  | "tape.changer_load"
  | "tape.changer_unload"
  | "tape.changer_transfer"
  | "tape.changer_export"
  | "tape.drive_clean";

export interface Move {
  from: Cell;
  to: Cell;
  draft: JobDraft & { type: MoveType };
}

/** The places a cartridge may go to, by their keys; `moving` names places that are in motion. */
export function movesFrom(
  shelf: Shelf,
  from: Cell,
  moving: ReadonlySet<string>,
): Map<string, Move> {
  const moves = new Map<string, Move>();
  if (!isMovable(shelf, from, moving)) return moves;
  for (const to of cellsOf(shelf)) {
    const draft = moving.has(to.key) ? null : draftOf(shelf, from, to);
    if (draft !== null) moves.set(to.key, { from, to, draft });
  }
  return moves;
}

/** Whether the robot could take what is there: nobody uses it, and it can be named for certain. */
export function isMovable(shelf: Shelf, from: Cell, moving: ReadonlySet<string>): boolean {
  const { held, drive } = from;
  if (held === null || from.trouble !== null || !shelf.library.is_online) return false;
  if (moving.has(from.key) || held.media?.job != null || drive?.job != null) return false;
  if (from.kind === "drive") return drive !== null && isAtRest(drive.state);
  return held.media?.is_duplicate !== true;
}

function isAtRest(state: string): boolean {
  return state === "loaded" || state === "not_ready";
}

function draftOf(shelf: Shelf, from: Cell, to: Cell): Move["draft"] | null {
  if (to.key === from.key || to.held !== null || to.trouble !== null) return null;
  const { name: library, node } = shelf.library;
  if (to.kind === "drive") return intoDrive(library, node, from, to);
  if (from.kind === "drive") {
    const drive = from.drive?.serial;
    return { type: "tape.changer_unload", node, params: { library, drive, slot: to.number } };
  }
  const which = named(from);
  if (to.kind === "ie" && from.kind !== "ie") {
    const params = { library, ...which, ie_slot: to.number };
    return { type: "tape.changer_export", node, params };
  }
  const params = { library, ...which, target: to.number };
  return { type: "tape.changer_transfer", node, params };
}

/** A cleaning cartridge cleans; the robot puts it back by itself. */
function intoDrive(library: string, node: string, from: Cell, to: Cell): Move["draft"] | null {
  const { drive } = to;
  if (from.kind === "drive" || drive?.state !== "empty" || drive.job !== null) return null;
  const params = { library, drive: drive.serial };
  if (from.held?.kind !== "cleaning")
    return { type: "tape.changer_load", node, params: { ...params, ...named(from) } };
  const cartridge = from.held.barcode;
  if (cartridge === null) return null;
  return { type: "tape.drive_clean", node, params: { ...params, cartridge } };
}

/** By its barcode; by its slot only where there is none, as the API wants it. */
function named(from: Cell): { cartridge: string } | { slot: number } {
  const barcode = from.held?.barcode ?? null;
  return barcode === null ? { slot: from.number } : { cartridge: barcode };
}
