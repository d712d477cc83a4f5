/** What is in motion in a library: which job takes which cartridge where, or uses what. */
import type { Job } from "@/api/types";
import { type Cell, cellsOf, type Shelf } from "@/tape/model";

export interface Motion {
  job: Job;
  barcode: string | null;
  /** Keys of places. From: where it lies now, as far as anybody has looked. */
  from: string | null;
  to: string | null;
}

interface Named {
  library?: string;
  cartridge?: string | null;
  cartridges?: string[];
  drive?: string;
  slot?: number | null;
  ie_slot?: number | null;
  target?: number;
}

/** The jobs that are about a library: itself, one of its drives, or a cartridge in it. */
export function jobsOf(jobs: readonly Job[], shelf: Shelf): Job[] {
  const drives = new Set(shelf.library.drives);
  const held = new Set(cellsOf(shelf).map((cell) => cell.held?.barcode ?? null));
  return jobs.filter((job) => {
    const { library, drive, cartridge, cartridges } = job.params as Named;
    if (job.node !== shelf.library.node) return false;
    if (library !== undefined) return library === shelf.library.name;
    if (drive !== undefined) return drives.has(drive);
    return [cartridge, ...(cartridges ?? [])].some((one) => one != null && held.has(one));
  });
}

/** The moves among jobs: those whose parameters say what goes where. */
export function motionsOf(jobs: readonly Job[], shelf: Shelf): Motion[] {
  return jobsOf(jobs, shelf).flatMap((job) => motionOf(job, shelf) ?? []);
}

function motionOf(job: Job, shelf: Shelf): Motion | null {
  const named = job.params as Named;
  const cells = cellsOf(shelf);
  const ends = endsOf(job.type, named, cells);
  if (ends === null) return null;
  const { from, to } = ends;
  const barcode = named.cartridge ?? from?.held?.barcode ?? null;
  return { job, barcode, from: from?.key ?? null, to: to?.key ?? null };
}

interface Ends {
  from: Cell | undefined;
  to: Cell | undefined;
}

function endsOf(type: string, named: Named, cells: readonly Cell[]): Ends | null {
  const slot = (number: number | null | undefined) =>
    cells.find((cell) => cell.kind !== "drive" && cell.number === number);
  const drive = cells.find((cell) => cell.kind === "drive" && cell.drive?.serial === named.drive);
  const cartridge =
    named.cartridge == null
      ? slot(named.slot)
      : cells.find((cell) => cell.held?.barcode === named.cartridge);
  switch (type) {
    case "tape.changer_load":
    case "tape.drive_clean":
      return { from: cartridge, to: drive };
    case "tape.changer_unload":
      return { from: drive, to: slot(named.slot) };
    case "tape.changer_transfer":
      return { from: cartridge, to: slot(named.target) };
    case "tape.changer_export":
      return { from: cartridge, to: slot(named.ie_slot) };
    case "tape.changer_import":
      return { from: slot(named.ie_slot), to: undefined };
    default:
      return null;
  }
}

/** Whether a job has ended and whoever looked since may still show things as they were before. */
export function isSettled(job: Job, observedAt: string | null): boolean {
  if (job.finished_at === null) return false;
  if (job.state !== "succeeded") return true;
  return observedAt !== null && observedAt >= job.finished_at;
}
