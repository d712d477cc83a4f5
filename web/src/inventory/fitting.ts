/** Which jobs fit a row of a table: those with a picker that is fed by the table. */
import type { JobTypeInfo } from "@/api/types";

interface Schema {
  properties?: Record<string, Property>;
}

interface Property {
  "x-choices"?: string;
  anyOf?: Property[];
}

export interface FittingJob {
  type: JobTypeInfo;
  /** The parameter that takes the row's key. */
  field: string;
}

/** The job types whose first picker is fed by this table, in the order they came. */
export function fittingJobs(types: readonly JobTypeInfo[], table: string): FittingJob[] {
  return types.flatMap((type) => {
    const field = pickerOf(type.params_schema, table);
    return field === undefined ? [] : [{ type, field }];
  });
}

function pickerOf(schema: Schema, table: string): string | undefined {
  const fields = Object.entries(schema.properties ?? {});
  return fields.find(([, property]) => choicesOf(property) === table)?.[0];
}

export function choicesOf(property: Property): string | undefined {
  return property["x-choices"] ?? property.anyOf?.map(choicesOf).find(Boolean);
}
