/** A library of thousands of slots is looked over page by page. Pure. */

export const PAGE_SLOTS = 120; // what can be looked over, and drawn while something is dragged

export function pagesOf<T>(cells: readonly T[]): T[][] {
  const count = Math.ceil(cells.length / PAGE_SLOTS);
  return Array.from({ length: count }, (_, at) =>
    cells.slice(at * PAGE_SLOTS, (at + 1) * PAGE_SLOTS),
  );
}

/** The page an address asks for, or the nearest there is. */
export function pageAsked(text: string | null, count: number): number {
  const asked = Math.trunc(Number(text)) || 0;
  return Math.min(Math.max(asked, 0), Math.max(count - 1, 0));
}
