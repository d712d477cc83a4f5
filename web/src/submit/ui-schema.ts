import type { UiSchema } from "@rjsf/utils";

import type { Schema } from "@/submit/schema";

type Ui = UiSchema<unknown>;

/** Which control or field draws what, for a simplified schema. */
export function uiOf(schema: Schema): Ui {
  const optional = isSetOrUnset(schema) && { "ui:field": "Optional" };
  switch (schema["x-kind"]) {
    case "object":
      return { ...partsOf(schema), ...optional };
    case "rows":
      return { items: schema.items ? uiOf(schema.items) : {}, ...optional };
    case "list":
      return { "ui:widget": "list", ...optional };
    case "map":
    case "secret":
      return { "ui:field": schema["x-kind"] };
    default:
      return { "ui:widget": schema["x-kind"] ?? "text" };
  }
}

function partsOf({ properties = {} }: Schema): Ui {
  return Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, uiOf(one)]));
}

/** Where leaving it alone is something else than leaving it empty, it must be set first. */
export function isSetOrUnset(schema: Schema): boolean {
  return schema["x-nullable"] === true && !schema.minItems;
}
