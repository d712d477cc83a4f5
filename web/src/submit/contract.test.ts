/** Every job type there is, out of the contract: its form can be made, and takes what it should. */
import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import "@/text/i18n";
import { faultsOf } from "@/submit/faults";
import { paramsOf, startOf } from "@/submit/params";
import type { Params, Schema } from "@/submit/schema";
import { simplify } from "@/submit/simplify";

interface Contract {
  components: { schemas: Record<string, Schema> };
}

const contract = JSON.parse(readFileSync("../docs/openapi.json", "utf8")) as Contract;
const $defs = contract.components.schemas;
const NAME = /^params\.[a-z]+\.[a-z_]+$/;
const TYPES = Object.keys($defs).filter((name) => NAME.test(name));

/** A value for a field as its schema suggests: its example, or the least that it takes. */
function suggested(schema: Schema): unknown {
  if (schema.examples !== undefined) return schema.examples[0];
  if (schema.const !== undefined || schema.enum !== undefined)
    return schema.const ?? schema.enum?.[0];
  if (schema.type === "object") return filled(schema);
  if (schema.type === "array") return [suggested(schema.items ?? {})];
  if (schema.type === "boolean") return true;
  if (schema.type === "integer" || schema.type === "number") return schema.minimum ?? 1;
  if (schema.format === "uuid") return "01990000-0000-7000-8000-000000000000";
  return HINTS[schema.title ?? ""] ?? "a";
}

const HINTS: Record<string, string> = {
  "Host key": `ssh-ed25519 ${"A".repeat(44)}`,
};

function filled(schema: Schema): Params {
  const needed = (schema.required ?? []).map((name) => [
    name,
    suggested(schema.properties?.[name] ?? {}),
  ]);
  return Object.fromEntries(needed) as Params;
}

function withStandards(schema: Schema): Params {
  const fields = Object.entries(schema.properties ?? {});
  const known = fields.filter(([, field]) => field["x-default"] !== undefined);
  return Object.fromEntries(known.map(([name, field]) => [name, field["x-default"]]));
}

function everySchema(schema: Schema): Schema[] {
  const { properties = {}, items, additionalProperties: values } = schema;
  const parts = [...Object.values(properties), items, values].filter(
    (part): part is Schema => typeof part === "object",
  );
  return [schema, ...parts.flatMap(everySchema)];
}

it("finds the job types", () => expect(TYPES.length).toBeGreaterThan(80));

describe.each(TYPES)("%s", (name) => {
  const schema = simplify({ ...$defs[name], $defs });

  it("is made of parts that a form can draw", () => {
    for (const part of everySchema(schema)) {
      expect(part.$ref).toBeUndefined();
      expect(part.anyOf).toBeUndefined();
      expect(part["x-kind"]).toBeDefined();
    }
  });

  it("has titles that people read", () => {
    for (const part of everySchema(schema).slice(1)) {
      expect(part.title).toMatch(/^[A-Z].*[^_]$/);
      expect(part.title).not.toMatch(/_| (s|id|fs)$/);
    }
  });

  it("is refused nothing that it suggests itself", () => {
    expect(faultsOf(schema, filled(schema))).toEqual([]);
    expect(faultsOf(schema, { ...filled(schema), ...withStandards(schema) })).toEqual([]);
  });

  it("opens empty, and only what is needed is then missing", () => {
    const params = paramsOf(schema, startOf(schema));
    const missing = faultsOf(schema, params).map((fault) => fault.pointer.split("/")[1]);
    expect(new Set(missing)).toEqual(new Set(schema.required ?? []));
  });

  it("keeps what it is filled in with", () => {
    const params = filled(schema);
    expect(paramsOf(schema, startOf(schema, params))).toMatchObject(params);
  });
});
