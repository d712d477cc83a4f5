/** What is wrong with parameters, said in sentences, at the fields where it is. */
import { Validator } from "@cfworker/json-schema";
import { t } from "i18next";

import type { FieldFault } from "@/api/problem";
import { bytes, rate } from "@/format/bytes";
import { duration } from "@/format/time";
import { isRecord } from "@/submit/params";
import { isGroup, type Params, type Schema } from "@/submit/schema";
import { valueTitle } from "@/submit/titles";

/** Keywords that only say that something within is wrong. */
const OUTER = new Set(["properties", "items", "additionalProperties", "propertyNames", "$ref"]);

const validators = new WeakMap<Schema, Validator>();

function validatorOf(schema: Schema): Validator {
  const known = validators.get(schema);
  if (known !== undefined) return known;
  // A copy: the validator writes into what it is given.
  const made = new Validator(structuredClone(schema) as never, "2020-12", false);
  validators.set(schema, made);
  return made;
}

/** Every fault of the parameters against a simplified schema; pointers as in "/vdevs/0/devices". */
export function faultsOf(schema: Schema, params: Params): FieldFault[] {
  const found = validatorOf(schema).validate(params).errors;
  const faults = found
    .filter((one) => !OUTER.has(one.keyword))
    .map((one) => {
      const missing = one.keyword === "required" ? /"(.*)"/.exec(one.error)?.[1] : undefined;
      const place = decodeURI(one.instanceLocation.slice(1));
      const pointer = missing === undefined ? place : `${place}/${missing}`;
      const isName = one.keywordLocation.includes("/propertyNames/");
      const message = isName ? t("submit.fault.names") : sentence(one.keyword, at(schema, pointer));
      return { pointer, code: one.keyword, message };
    });
  return faults.filter(
    (one, nth) =>
      faults.findIndex((other) => other.pointer === one.pointer && other.code === one.code) === nth,
  );
}

function sentence(keyword: string, schema: Schema): string {
  const says = SENTENCES[keyword];
  return says === undefined ? t("submit.fault.kind") : says(schema);
}

const SENTENCES: Record<string, (schema: Schema) => string> = {
  required: () => t("submit.fault.required"),
  pattern: patternSentence,
  minLength: ({ minLength = 0 }) => t("submit.fault.short", { count: minLength }),
  maxLength: ({ maxLength = 0 }) => t("submit.fault.long", { count: maxLength }),
  minimum: (schema) => t("submit.fault.least", { value: shown(schema, schema.minimum) }),
  maximum: (schema) => t("submit.fault.most", { value: shown(schema, schema.maximum) }),
  exclusiveMaximum: (schema) =>
    t("submit.fault.below", { value: shown(schema, schema.exclusiveMaximum) }),
  minItems: ({ minItems = 0 }) => t("submit.fault.few", { count: minItems }),
  maxItems: ({ maxItems = 0 }) => t("submit.fault.many", { count: maxItems }),
  enum: ({ enum: values = [] }) =>
    t("submit.fault.choice", { values: values.map(valueTitle).join(", ") }),
  const: () => t("submit.fault.yes"),
  type: ({ type }) =>
    type === "integer" || type === "number"
      ? t(`submit.fault.type.${type}`)
      : t("submit.fault.kind"),
  format: ({ format }) => {
    if (format === "date-time") return t("submit.fault.time");
    return format === "uuid" ? t("submit.fault.uuid") : t("submit.fault.span");
  },
  false: () => t("submit.fault.unknown"),
};

function patternSentence({ examples }: Schema): string {
  const [example] = examples ?? [];
  return example === undefined
    ? t("submit.fault.form")
    : t("submit.fault.like", { example: String(example) });
}

/** A number as its field shows it. */
export function shown(schema: Schema, value: unknown): string {
  if (typeof value !== "number") return String(value);
  if (schema["x-kind"] === "bytes") return bytes(value);
  if (schema["x-kind"] === "rate") return rate(value);
  return schema["x-kind"] === "seconds" ? duration(value) : String(value);
}

function at(schema: Schema, pointer: string): Schema {
  return stepsOf(pointer).reduce(child, schema);
}

function child(schema: Schema, step: string): Schema {
  const { properties, items, additionalProperties: values } = schema;
  return properties?.[step] ?? items ?? (typeof values === "object" ? values : {});
}

export function stepsOf(pointer: string): string[] {
  if (pointer === "") return [];
  const steps = pointer.slice(1).split("/");
  return steps.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Faults where a form looks for them: `__errors` at the field, fields within fields. */
export interface FaultTree {
  __errors?: string[];
  [field: string]: FaultTree | string[] | undefined;
}

/** Put each fault at its field; what has no field is left over. */
export function placed(
  schema: Schema,
  faults: readonly FieldFault[],
): { tree: FaultTree; left: FieldFault[] } {
  const tree: FaultTree = {};
  const left = faults.filter((fault) => !place(tree, schema, fault));
  return { tree, left };
}

function place(tree: FaultTree, root: Schema, fault: FieldFault): boolean {
  const steps = fieldSteps(root, stepsOf(fault.pointer));
  let node = tree;
  let schema = root;
  let message = fault.message;
  for (const [depth, step] of steps.entries()) {
    if (schema !== root && !isGroup(schema)) {
      message = within(schema, steps.slice(depth), message);
      break;
    }
    if (schema["x-kind"] === "object" && schema.properties?.[step] === undefined) return false;
    schema = child(schema, step);
    node = (node[step] ??= {}) as FaultTree;
  }
  if (node === tree) return false;
  (node.__errors ??= []).push(message);
  return true;
}

/** The API points into the whole body: /params/dataset. */
function fieldSteps(root: Schema, steps: string[]): string[] {
  const isWhole = steps[0] === "params" && root.properties?.params === undefined;
  return isWhole ? steps.slice(1) : steps;
}

/** A fault of one item, said at the list: there is one control for all of them. */
function within(schema: Schema, [step = ""]: string[], message: string): string {
  if (schema["x-kind"] === "secret") return message;
  const name = schema.type === "array" ? String(Number(step) + 1) : step;
  return t("submit.fault.item", { name, message });
}

/** The faults of fields that still hold what was refused. */
export function stillTrue(
  faults: readonly FieldFault[],
  refused: Params,
  now: Params,
): FieldFault[] {
  return faults.filter(({ pointer }) => {
    const steps = stepsOf(pointer.replace(/^\/params(?=\/)/, ""));
    return JSON.stringify(valueAt(refused, steps)) === JSON.stringify(valueAt(now, steps));
  });
}

function valueAt(value: unknown, steps: string[]): unknown {
  return steps.reduce<unknown>((inner, step) => {
    if (Array.isArray(inner)) return inner[Number(step)] as unknown;
    return isRecord(inner) ? inner[step] : undefined;
  }, value);
}
