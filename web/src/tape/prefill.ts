/** The jobs that fit a drive, a cartridge or a library, with what is known already filled in. */
import type { JobTypeInfo } from "@/api/types";
import { choicesOf } from "@/inventory/fitting";

/** What a job could be about, by the table that its pickers are fed by. */
export type Known = Partial<
  Record<
    "tape/libraries" | "tape/drives" | "tape/media" | "tape/pools" | "tape/archives",
    string | null
  >
>;

export interface Prefilled {
  type: JobTypeInfo;
  params: Record<string, unknown>;
}

type Property = Parameters<typeof choicesOf>[0] & { type?: string };
interface Schema {
  properties?: Record<string, Property>;
}

/** The types with a picker fed by `table`, and parameters for every picker that is known. */
export function fittingTypes(
  types: readonly JobTypeInfo[],
  table: keyof Known,
  known: Known,
): Prefilled[] {
  return types.flatMap((type) => {
    const fields = Object.entries((type.params_schema as Schema).properties ?? {});
    const asks = fields.some(([, property]) => choicesOf(property) === table);
    return asks ? [{ type, params: paramsFor(fields, known) }] : [];
  });
}

function paramsFor(fields: [string, Property][], known: Known): Record<string, unknown> {
  const params: Record<string, unknown> = {};
  for (const [field, property] of fields) {
    const value = known[choicesOf(property) as keyof Known] ?? null;
    if (value !== null) params[field] = property.type === "array" ? [value] : value;
  }
  return params;
}

const OF_CLEANING = new Set(["tape.drive_clean"]);
const OF_VIRTUAL = "tape.vtl_";
const HOLDS_DATA = /^tape\.(archive|media)_/;

interface Situation {
  isVirtual: boolean;
  kind?: "data" | "worm" | "cleaning" | undefined;
}

/** Leave out what could only be refused: virtual ones of a real library, data on a cleaner. */
export function sensible(fitting: readonly Prefilled[], now: Situation): Prefilled[] {
  return fitting.filter(({ type: { name } }) => {
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
): Prefilled[] {
  return types.flatMap((type) => {
    const fields = Object.entries((type.params_schema as Schema).properties ?? {});
    const list = fields.find(
      ([, property]) => property.type === "array" && choicesOf(property) === "tape/media",
    );
    if (list === undefined) return [];
    const params = paramsFor(fields, { "tape/libraries": library });
    return [{ type, params: { ...params, [list[0]]: [...barcodes] } }];
  });
}
