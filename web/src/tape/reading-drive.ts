import type { DriveRow } from "@/tape/rows";

type Told = Pick<DriveRow, "serial" | "state" | "barcode" | "job">;

/** The drive to read cartridges with: the one that holds one of them already, else an empty one. */
export function driveFor(cartridges: readonly string[], drives: readonly Told[]): string | null {
  const free = drives.filter((drive) => drive.job === null);
  const holding = free.find(
    ({ state, barcode }) => state === "loaded" && barcode !== null && cartridges.includes(barcode),
  );
  return (holding ?? free.find((drive) => drive.state === "empty"))?.serial ?? null;
}
