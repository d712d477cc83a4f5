/** Which of the jobs that fit make sense for a cartridge or a library as it is. */
import type { JobTypeInfo } from "@/api/types";
import { fittingJobs, type Start } from "@/inventory/fitting";

const OF_CLEANING = new Set(["tape.drive_clean"]);
const OF_VIRTUAL = "tape.vtl_";
const HOLDS_DATA = /^tape\.(archive|media)_/;

interface Situation {
  isVirtual: boolean;
  kind?: "data" | "worm" | "cleaning" | undefined;
}

/** Leave out what could only be refused: virtual ones of a real library, data on a cleaner. */
export function sensible(fitting: readonly Start[], now: Situation): Start[] {
  return fitting.filter(({ type: name }) => {
    if (name.startsWith(OF_VIRTUAL) && !now.isVirtual) return false;
    if (now.kind === "cleaning") return !HOLDS_DATA.test(name) && name !== "tape.changer_load";
    return !(OF_CLEANING.has(name) && now.kind !== undefined);
  });
}

/** The types that take a list of cartridges, with these in it. */
export function takingSeveral(
  types: readonly JobTypeInfo[],
  barcodes: readonly string[],
  library: string | null,
): Start[] {
  const [first = ""] = barcodes;
  const known = { "tape/media": first, "tape/libraries": library };
  return fittingJobs(types, "tape/media", known).flatMap(({ type, params }) => {
    const list = Object.keys(params).find((field) => Array.isArray(params[field]));
    return list === undefined ? [] : [{ type, params: { ...params, [list]: [...barcodes] } }];
  });
}
