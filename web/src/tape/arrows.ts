/** Which target the arrow keys lead to. */

export interface Spot {
  x: number;
  y: number;
}

const SIDEWAYS = 2; // what is straight above or below is nearer than what is beside it

/**
 * The target after a key, by its place in the list. Left and right go through all of them in the
 * order of reading, round and round; up and down go to the nearest that is higher or lower.
 */
export function targetAfter(key: string, spots: readonly Spot[], at: number): number | null {
  const { length } = spots;
  switch (key) {
    case "ArrowRight":
      return (at + 1) % length;
    case "ArrowLeft":
      return (at - 1 + length) % length;
    case "ArrowDown":
      return nearest(spots, at, (dy) => dy > 1);
    case "ArrowUp":
      return nearest(spots, at, (dy) => dy < -1);
    case "Home":
      return 0;
    case "End":
      return length - 1;
    default:
      return null;
  }
}

function nearest(spots: readonly Spot[], at: number, isThere: (dy: number) => boolean): number {
  const from = spots[at];
  let best = at;
  let least = Infinity;
  spots.forEach(({ x, y }, index) => {
    const [dx, dy] = [Math.abs(x - (from?.x ?? 0)), y - (from?.y ?? 0)];
    const away = Math.abs(dy) + SIDEWAYS * dx;
    if (isThere(dy) && away < least) [best, least] = [index, away];
  });
  return best;
}
