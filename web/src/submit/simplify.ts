import { kindOf, type Schema } from "@/submit/schema";
import { singular, titleOf } from "@/submit/titles";

type Defs = Record<string, Schema>;

/**
 * A schema of parameters as a form draws it: without references, unions with null and cryptic
 * titles, required fields first. What holds when nothing is said moves to `x-default`: such a
 * field stays empty and shows it.
 */
export function simplify(schema: Schema): Schema {
  const { $defs = {}, ...root } = schema;
  return simplified("", root, $defs);
}

function simplified(name: string, schema: Schema, defs: Defs): Schema {
  const { title: _title, default: given, ...plain } = withoutNull(resolved(schema, defs), defs);
  const parts = withParts(name, asMap(plain), defs);
  const known = given !== undefined && given !== null && !isEmpty(given);
  return {
    ...parts,
    title: titleOf(name),
    "x-kind": kindOf(name, parts),
    ...(known && { "x-default": given }),
  };
}

/** What a reference stands for; what stands beside the reference wins. */
function resolved({ $ref, ...beside }: Schema, defs: Defs): Schema {
  if ($ref === undefined) return beside;
  const name = $ref.slice($ref.lastIndexOf("/") + 1);
  return { ...resolved(defs[name] ?? {}, defs), ...beside };
}

/** `X | None` is an optional X. */
function withoutNull({ anyOf, ...beside }: Schema, defs: Defs): Schema {
  if (anyOf === undefined) return beside;
  const [first = {}, ...others] = anyOf.filter((one) => one.type !== "null");
  if (others.length > 0) return { anyOf, ...beside };
  const nullable = anyOf.length > 1 && { "x-nullable": true };
  return { ...resolved(first, defs), ...beside, ...nullable };
}

/** Names by a pattern are a map like any other. */
function asMap({ patternProperties, ...schema }: Schema): Schema {
  const [found] = Object.entries(patternProperties ?? {});
  if (found === undefined) return schema;
  const [pattern, additionalProperties] = found;
  return { ...schema, additionalProperties, propertyNames: { ...schema.propertyNames, pattern } };
}

function withParts(name: string, schema: Schema, defs: Defs): Schema {
  const { properties, items, additionalProperties: values, propertyNames } = schema;
  return {
    ...schema,
    ...(properties && { properties: inOrder(schema, defs) }),
    ...(items && { items: simplified(singular(name), items, defs) }),
    ...(typeof values === "object" && {
      additionalProperties: simplified(valueName(name, schema), values, defs),
    }),
    ...(propertyNames && { propertyNames: resolved(propertyNames, defs) }),
  };
}

/** Quotas "in bytes" are sizes, although their name does not say so. */
function valueName(name: string, { description = "" }: Schema): string {
  return /\bin bytes\b/.test(description) ? `${name}_bytes` : name;
}

function inOrder({ properties = {}, required = [] }: Schema, defs: Defs): Record<string, Schema> {
  const rank = (name: string) => (required.includes(name) ? 0 : 1);
  const names = Object.keys(properties).toSorted((a, b) => rank(a) - rank(b));
  return Object.fromEntries(
    names.map((name) => [name, simplified(name, properties[name] ?? {}, defs)]),
  );
}

function isEmpty(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === "";
  return Object.values(value).every((one) => one === null || isEmpty(one));
}
