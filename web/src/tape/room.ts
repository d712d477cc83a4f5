/** How much more a pool takes. */
import type { MediaRow } from "@/tape/rows";

export interface Room {
  /** On scratch cartridges, behind what is written, and where what is written has expired. */
  freeBytes: number;
  /** Usable cartridges of which nobody knows how much they hold. */
  unknown: number;
}

type Told = Pick<
  MediaRow,
  "pool" | "state" | "vault" | "capacity_bytes" | "used_bytes" | "is_write_protected"
>;

/** Sum up the room of a pool's own cartridges; what lies in a vault or is protected has none. */
export function roomOf(pool: string, media: readonly Told[]): Room {
  const room = { freeBytes: 0, unknown: 0 };
  for (const one of media) {
    if (one.pool !== pool || one.vault !== null || one.is_write_protected === true) continue;
    const free = freeOn(one);
    if (free === null) room.unknown += 1;
    else room.freeBytes += free;
  }
  return room;
}

function freeOn(one: Told): number | null {
  const used = one.state === "open" ? one.used_bytes : 0;
  switch (one.state) {
    case "scratch":
    case "expired":
    case "open":
      if (one.capacity_bytes === null || used === null) return null;
      return Math.max(0, one.capacity_bytes - used);
    default:
      return 0;
  }
}

const PARTS = [
  ["years", "Y"],
  ["months", "M"],
  ["weeks", "W"],
  ["days", "D"],
] as const;
const TIMES = [
  ["hours", "H"],
  ["minutes", "M"],
  ["seconds", "S"],
] as const;

export type Span = [(typeof PARTS | typeof TIMES)[number][0], number][];

/** Take an ISO 8601 duration apart: "P1Y2W" → [["years", 1], ["weeks", 2]]. */
export function spanOf(text: string): Span {
  const [date = "", time = ""] = text.replace(/^P/, "").split("T");
  const read = (from: string, units: typeof PARTS | typeof TIMES): Span =>
    units.flatMap(([name, letter]): Span => {
      const number = new RegExp(`([\\d.]+)${letter}`).exec(from)?.[1];
      return number === undefined || Number(number) === 0 ? [] : [[name, Number(number)]];
    });
  return [...read(date, PARTS), ...read(time, TIMES)];
}
