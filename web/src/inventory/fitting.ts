/** Which jobs fit a row of a table, with what is known already filled in. */
import type { JobTypeInfo } from "@/api/types";

interface Schema {
  properties?: Record<string, Property>;
}

interface Property {
  "x-choices"?: string;
  type?: string;
  anyOf?: Property[];
}

/** What a job could be about: keys by the table that its pickers are fed by. */
export type Known = Partial<Record<string, string | null>>;

/** A job to start by its form, with what is known of its parameters. */
export interface Start {
  /** Its name. */
  type: string;
  params: Record<string, unknown>;
}

/**
 * The job types with a picker fed by `table`, in the order they came, with parameters for the first
 * picker of each table of which a key is known; a list where the job takes several.
 */
export function fittingJobs(types: readonly JobTypeInfo[], table: string, known: Known): Start[] {
  return types.flatMap((type) => {
    const fields = Object.entries((type.params_schema as Schema).properties ?? {});
    const asks = fields.some(([, property]) => choicesOf(property) === table);
    return asks ? [{ type: type.name, params: paramsFor(fields, known) }] : [];
  });
}

function paramsFor(fields: [string, Property][], known: Known): Record<string, unknown> {
  const params: Record<string, unknown> = {};
  const filled = new Set<string>(); // a disk is not to be replaced by itself
  for (const [field, property] of fields) {
    const table = choicesOf(property) ?? "";
    const key = known[table] ?? null;
    if (key === null || filled.has(table)) continue;
    filled.add(table);
    params[field] = property.type === "array" ? [key] : key;
  }
  return params;
}

export function choicesOf(property: Property): string | undefined {
  return property["x-choices"] ?? property.anyOf?.map(choicesOf).find(Boolean);
}
