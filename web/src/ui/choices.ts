/** Something that may be picked, and a second line about it. */
export interface Choice {
  value: string;
  detail?: string | undefined;
}

export const SHOWN = 50; // more cannot be read; typing narrows them down

export interface Narrowed {
  shown: readonly Choice[];
  /** How many fit besides. */
  more: number;
}

/** The choices that hold a text in their value or detail; all of them for one that was picked. */
export function narrowed(choices: readonly Choice[], text: string): Narrowed {
  const sought = text.trim().toLowerCase();
  const isPicked = choices.some((one) => one.value === text);
  const fitting =
    sought === "" || isPicked
      ? choices
      : choices.filter((one) => `${one.value} ${one.detail ?? ""}`.toLowerCase().includes(sought));
  return { shown: fitting.slice(0, SHOWN), more: Math.max(0, fitting.length - SHOWN) };
}

/** Where the arrow keys lead: round in a circle; -1 is nowhere. */
export function stepped(active: number, by: 1 | -1, count: number): number {
  if (count === 0) return -1;
  if (active === -1) return by === 1 ? 0 : count - 1;
  return (active + by + count) % count;
}
