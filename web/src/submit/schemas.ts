/** The simplified schema of each job type, made once, and what is done by it. */
import type { FieldFault } from "@/api/problem";
import type { JobTypeInfo } from "@/api/types";
import { faultsOf } from "@/submit/faults";
import { paramsOf, startOf } from "@/submit/params";
import type { Params, Schema } from "@/submit/schema";
import { simplify } from "@/submit/simplify";

const made = new WeakMap<object, Schema>();

export function schemaOf({ params_schema }: JobTypeInfo): Schema {
  const known = made.get(params_schema);
  if (known !== undefined) return known;
  const schema = simplify(params_schema);
  made.set(params_schema, schema);
  return schema;
}

/** What a form of this type begins with. */
export function startParams(type: JobTypeInfo, given?: Params): Params {
  return startOf(schemaOf(type), given);
}

/** The parameters that a form's value stands for. */
export function toParams(type: JobTypeInfo, value: Params): Params {
  return paramsOf(schemaOf(type), value);
}

/** What the API would refuse in them, as far as the schema tells. */
export function paramFaults(type: JobTypeInfo, params: Params): FieldFault[] {
  return faultsOf(schemaOf(type), params);
}
