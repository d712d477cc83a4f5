/** From parameters to what a form holds, and back. */
import type { Params, Schema } from "@/submit/schema";

/** What a form begins with: given parameters without those that only say what holds anyway. */
export function startOf(schema: Schema, given: Params = {}): Params {
  const fields = Object.entries(schema.properties ?? {});
  const required = new Set(schema.required);
  return Object.fromEntries(
    fields
      .map(([name, field]) => [name, startValue(field, given[name], required.has(name))] as const)
      .filter(([, value]) => value !== undefined),
  );
}

function startValue(field: Schema, given: unknown, required: boolean): unknown {
  const standard = field["x-default"];
  if (given === undefined && field["x-nullable"]) return standard;
  if (given === undefined && required && field["x-kind"] === "rows") return field.minItems && [{}];
  if (given === undefined || given === null) return undefined;
  if (same(given, standard) && !field["x-nullable"]) return undefined;
  return fitted(field, given);
}

/** A row's key is text; the field may take a number or several. */
function fitted(field: Schema, given: unknown): unknown {
  if (field["x-kind"] === "object") return startOf(field, given as Params);
  if (field["x-kind"] === "rows" && Array.isArray(given)) {
    return given.map((one) => startOf(field.items ?? {}, one as Params));
  }
  if (field.type === "array" && !Array.isArray(given)) return [given];
  if (field.type === "integer" && typeof given === "string") return Number(given);
  return given;
}

/** The parameters a form's data stands for: nothing in them that was left empty. */
export function paramsOf(schema: Schema, data: unknown): Params {
  return filled(schema, data) ?? {};
}

function filled(schema: Schema, data: unknown): Params | undefined {
  if (!isRecord(data)) return undefined;
  const required = new Set(schema.required);
  const fields = schema.properties ?? {};
  const kept = Object.entries(fields).flatMap(([name, field]): [string, unknown][] => {
    const value = valueOf(field, data[name], required.has(name));
    if (value !== undefined) return [[name, value]];
    const isEmptied = field["x-nullable"] && field["x-default"] !== undefined;
    return isEmptied ? [[name, null]] : [];
  });
  return Object.fromEntries(kept);
}

function valueOf(field: Schema, value: unknown, required: boolean): unknown {
  if (value === undefined || value === null || value === "") return undefined;
  const mayBeEmpty = required || (field["x-nullable"] && !field.minItems);
  if (Array.isArray(value)) {
    const items = value
      .map((one: unknown) => (field.items ? valueOf(field.items, one, true) : one))
      .filter((one) => one !== undefined);
    return items.length > 0 || mayBeEmpty ? items : undefined;
  }
  if (!isRecord(value)) return value;
  const inner = field.properties === undefined ? withoutEmpty(value) : filled(field, value);
  return Object.keys(inner ?? {}).length > 0 || mayBeEmpty ? inner : undefined;
}

function withoutEmpty(map: Params): Params {
  const kept = Object.entries(map).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(kept);
}

export function isRecord(value: unknown): value is Params {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
