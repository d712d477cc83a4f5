/** JSON Schema as pydantic writes it, and what `simplify` makes of it. */

export type Params = Record<string, unknown>;

/** How a field is drawn. */
export type Kind =
  | "object"
  | "rows"
  | "list"
  | "map"
  | "secret"
  | "secretName"
  | "choice"
  | "enum"
  | "switch"
  | "yesNo"
  | "bytes"
  | "rate"
  | "seconds"
  | "span"
  | "time"
  | "number"
  | "text";

export interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  format?: string;
  pattern?: string;
  examples?: (string | number)[];
  minimum?: number;
  maximum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  patternProperties?: Record<string, Schema>;
  propertyNames?: Schema;
  /** The inventory table whose rows may be picked. */
  "x-choices"?: string;
  /** A schedule of it may have a retention. */
  "x-retains"?: boolean;
  "x-kind"?: Kind;
  /** Nothing may be said, which differs from saying something empty. */
  "x-nullable"?: boolean;
  /** What holds when nothing is said. */
  "x-default"?: unknown;
}

/** The names of secrets; a field of this form takes the name, never the value. */
const SECRET_NAME = "^[a-z0-9][a-z0-9._/-]*$";

export function kindOf(name: string, schema: Schema): Kind {
  if (schema.type === "object") return objectKind(schema);
  if (schema.type === "array") return schema.items?.type === "object" ? "rows" : "list";
  if (schema.type === "boolean") return schema["x-nullable"] ? "yesNo" : "switch";
  if (schema.enum !== undefined) return "enum";
  if (schema["x-choices"] !== undefined) return "choice";
  if (schema.type === "integer" || schema.type === "number") return numberKind(name);
  if (schema.format === "date-time") return "time";
  if (schema.format === "duration") return "span";
  return schema.pattern === SECRET_NAME ? "secretName" : "text";
}

function objectKind({ properties }: Schema): Kind {
  if (properties === undefined) return "map";
  return Object.keys(properties).join() === "secret" ? "secret" : "object";
}

function numberKind(name: string): Kind {
  if (name.endsWith("bytes_per_s")) return "rate";
  if (name === "bytes" || name.endsWith("_bytes")) return "bytes";
  return name.endsWith("_s") ? "seconds" : "number";
}

/** A fieldset or a list of them; all else is one control. */
export function isGroup(schema: Schema): boolean {
  return schema["x-kind"] === "object" || schema["x-kind"] === "rows";
}
