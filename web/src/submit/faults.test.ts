import { describe, expect, it } from "vitest";

import "@/text/i18n";
import { faultsOf, placed, stillTrue } from "@/submit/faults";
import { simplify } from "@/submit/simplify";

const SCHEMA = simplify({
  type: "object",
  additionalProperties: false,
  properties: {
    dataset: { type: "string", pattern: "^[a-z/]+$", examples: ["tank/home"] },
    size_bytes: { type: "integer", minimum: 1024 ** 2 },
    wait_s: { type: "integer", maximum: 3600 },
    names: { type: "array", items: { type: "string", maxLength: 3 }, minItems: 1 },
    vdevs: {
      type: "array",
      items: { type: "object", properties: { kind: { enum: ["mirror", "raidz1"] } } },
    },
    properties: {
      type: "object",
      patternProperties: { "^[a-z]+$": { type: "string" } },
      propertyNames: {},
    },
    key: { type: "object", properties: { secret: { type: "string" } }, required: ["secret"] },
    sure: { const: true, type: "boolean" },
  },
  required: ["dataset"],
});

const GOOD = { dataset: "tank" };

function said(params: Record<string, unknown>) {
  return faultsOf(SCHEMA, params).map(({ pointer, message }) => `${pointer} ${message}`);
}

it.each([
  [{}, "/dataset This is needed."],
  [{ dataset: "-" }, "/dataset It must look like tank/home."],
  [{ ...GOOD, size_bytes: 5 }, "/size_bytes It must be at least 1 MiB."],
  [{ ...GOOD, size_bytes: "5" }, "/size_bytes It must be a whole number."],
  [{ ...GOOD, wait_s: 3601 }, "/wait_s It must be at most 1 h."],
  [{ ...GOOD, names: [] }, "/names Name at least 1."],
  [{ ...GOOD, names: ["abcd"] }, "/names/0 It takes at most 3 characters."],
  [{ ...GOOD, vdevs: [{ kind: "x" }] }, "/vdevs/0/kind It must be one of: Mirror, raidz1."],
  [{ ...GOOD, properties: { "a b": "c" } }, "/properties/a b This name cannot be used."],
  [{ ...GOOD, sure: false }, "/sure This must be said."],
  [{ ...GOOD, other: 1 }, "/other This job has no such field."],
])("%j is wrong: %s", (params, sentence) => {
  expect(said(params)).toEqual([sentence]);
});

it("finds nothing wrong in what is right", () => {
  expect(said({ ...GOOD, names: ["abc"], properties: { a: "b" }, sure: true })).toEqual([]);
});

const fault = (pointer: string) => ({ pointer, code: "x", message: "Wrong." });

describe("a fault", () => {
  it("stands at its field, within other fields too", () => {
    expect(placed(SCHEMA, [fault("/dataset"), fault("/vdevs/1/kind")])).toEqual({
      tree: { dataset: { __errors: ["Wrong."] }, vdevs: { 1: { kind: { __errors: ["Wrong."] } } } },
      left: [],
    });
  });

  it("may point into the whole body, as the API's do", () => {
    expect(placed(SCHEMA, [fault("/params/dataset")]).tree).toEqual({
      dataset: { __errors: ["Wrong."] },
    });
  });

  it("of one item stands at the list, which is one control", () => {
    const { tree } = placed(SCHEMA, [
      fault("/names/1"),
      fault("/properties/a"),
      fault("/key/secret"),
    ]);
    expect(tree).toEqual({
      names: { __errors: ["2: Wrong."] },
      properties: { __errors: ["a: Wrong."] },
      key: { __errors: ["Wrong."] },
    });
  });

  it("is left over when it has no field", () => {
    const faults = [fault("/node"), fault(""), fault("/params")];
    expect(placed(SCHEMA, faults)).toEqual({ tree: {}, left: faults });
  });

  it("is forgotten once its field holds something else", () => {
    const faults = [fault("/params/dataset"), fault("/names/0")];
    const refused = { dataset: "a", names: ["b"] };
    expect(stillTrue(faults, refused, { dataset: "a2", names: ["b"] })).toEqual([faults[1]]);
  });
});
