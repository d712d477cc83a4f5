import { expect, it } from "vitest";

import type { Schema } from "@/submit/schema";
import { simplify } from "@/submit/simplify";

function field(schema: Schema, $defs: Record<string, Schema> = {}, name = "field"): Schema {
  const simple = simplify({ type: "object", properties: { [name]: schema }, $defs });
  return simple.properties?.[name] ?? {};
}

it("takes a union with null for something that may be left out", () => {
  const simple = field({
    anyOf: [{ type: "string", maxLength: 5 }, { type: "null" }],
    default: null,
    description: "What it is.",
    "x-choices": "tape/media",
  });
  expect(simple).toEqual({
    type: "string",
    maxLength: 5,
    description: "What it is.",
    title: "Field",
    "x-choices": "tape/media",
    "x-kind": "choice",
    "x-nullable": true,
  });
});

it("puts in place what is referred to, and what stands beside the reference wins", () => {
  const Level = { type: "string", enum: ["full"], title: "Level", description: "How much." };
  expect(field({ $ref: "#/$defs/Level" }, { Level }).description).toBe("How much.");
  expect(field({ $ref: "#/$defs/Level", description: "Mine." }, { Level })).toMatchObject({
    enum: ["full"],
    description: "Mine.",
    "x-kind": "enum",
  });
});

it("moves what holds anyway out of the form's way", () => {
  expect(field({ type: "integer", default: 7 })).toMatchObject({ "x-default": 7 });
  expect(field({ type: "integer", default: 7 }).default).toBeUndefined();
  expect(field({ type: "boolean", default: false })).toMatchObject({ "x-default": false });
  const nothing = { type: "object", properties: { a: {} }, default: { a: null, b: [] } };
  expect(field(nothing)["x-default"]).toBeUndefined();
});

it("puts what is needed first, else in the order it came", () => {
  const properties = { a: {}, b: {}, c: {}, d: {} };
  const simple = simplify({ type: "object", properties, required: ["d", "b"] });
  expect(Object.keys(simple.properties ?? {})).toEqual(["b", "d", "a", "c"]);
});

it("takes names by a pattern for a map", () => {
  const simple = field({
    type: "object",
    patternProperties: { "^[a-z]+$": { type: "string" } },
    propertyNames: { maxLength: 9 },
  });
  expect(simple).toMatchObject({
    "x-kind": "map",
    additionalProperties: { type: "string" },
    propertyNames: { maxLength: 9, pattern: "^[a-z]+$" },
  });
});

it.each<[string, Schema, string]>([
  ["size_bytes", { type: "integer" }, "bytes"],
  ["rate_bytes_per_s", { type: "integer" }, "rate"],
  ["wait_s", { type: "integer" }, "seconds"],
  ["steps", { type: "integer" }, "number"],
  ["at", { type: "string", format: "date-time" }, "time"],
  ["retention", { type: "string", format: "duration" }, "span"],
  ["password", { type: "string", pattern: "^[a-z0-9][a-z0-9._/-]*$" }, "secretName"],
  ["key", { type: "object", properties: { secret: {} } }, "secret"],
  ["recursive", { type: "boolean" }, "switch"],
  ["online", { anyOf: [{ type: "boolean" }, { type: "null" }] }, "yesNo"],
  ["runs", { type: "array", items: { type: "integer" } }, "list"],
  ["vdevs", { type: "array", items: { type: "object", properties: { a: {} } } }, "rows"],
])("draws %s as it should be", (name, schema, kind) => {
  expect(field(schema, {}, name)["x-kind"]).toBe(kind);
});

it("sees that the values of a map are sizes when it says so", () => {
  const values = { type: "integer" };
  const map = { type: "object", additionalProperties: values, description: "Each, in bytes." };
  expect(field(map).additionalProperties).toMatchObject({ "x-kind": "bytes" });
  expect(field({ ...map, description: "" }).additionalProperties).toMatchObject({
    "x-kind": "number",
  });
});
