import { expect, it } from "vitest";

import { paramsOf, startOf } from "@/submit/params";
import type { Schema } from "@/submit/schema";
import { simplify } from "@/submit/simplify";

const maybe = (schema: Schema, standard: unknown = null): Schema => ({
  anyOf: [schema, { type: "null" }],
  default: standard,
});

const TEXTS: Schema = { type: "array", items: { type: "string" } };
const VDEV: Schema = {
  type: "object",
  properties: { kind: { type: "string", default: "stripe" }, devices: TEXTS },
  required: ["devices"],
};

const SCHEMA = simplify({
  type: "object",
  properties: {
    dataset: { type: "string" },
    keep: { type: "integer", default: 7 },
    name: maybe({ type: "string" }),
    mountpoint: maybe({ type: "string" }, "/srv"),
    acl: maybe(TEXTS),
    exclude: { ...TEXTS, default: [] },
    vdevs: { type: "array", items: VDEV, minItems: 1 },
    remote: maybe({ type: "object", properties: { port: { type: "integer" } } }),
    properties: { type: "object", additionalProperties: { type: "string" } },
  },
  required: ["dataset", "vdevs"],
});

it("begins with one of what is needed at least once, and with what emptying would change", () => {
  expect(startOf(SCHEMA)).toEqual({ vdevs: [{}], mountpoint: "/srv" });
});

it("begins with what is given, but for what holds anyway", () => {
  const given = { dataset: "tank", keep: 7, name: null, mountpoint: null, other: 1, vdevs: [] };
  expect(startOf(SCHEMA, given)).toEqual({ dataset: "tank", vdevs: [] });
  expect(startOf(SCHEMA, { keep: 8 }).keep).toBe(8);
  const stripe = { vdevs: [{ kind: "stripe", devices: ["/dev/sda"] }] };
  expect(startOf(SCHEMA, stripe).vdevs).toEqual([{ devices: ["/dev/sda"] }]);
});

it("fits the key of a row to a field that takes several, or a number", () => {
  expect(startOf(SCHEMA, { exclude: "tank/a" }).exclude).toEqual(["tank/a"]);
  expect(startOf(SCHEMA, { keep: "12" }).keep).toBe(12);
});

it("leaves out what was left empty", () => {
  const data = { dataset: "", name: undefined, exclude: [], properties: {}, mountpoint: "/x" };
  expect(paramsOf(SCHEMA, data)).toEqual({ mountpoint: "/x" });
});

it("says that something was emptied where that is not the same as saying nothing", () => {
  expect(paramsOf(SCHEMA, {})).toEqual({ mountpoint: null });
});

it("keeps what was set to nothing on purpose", () => {
  expect(paramsOf(SCHEMA, { mountpoint: "/x", acl: [], remote: {} })).toEqual({
    mountpoint: "/x",
    acl: [],
    remote: {},
  });
});

it("keeps a list that is needed, so that its emptiness is told", () => {
  expect(paramsOf(SCHEMA, { mountpoint: "/x", vdevs: [] })).toEqual({
    mountpoint: "/x",
    vdevs: [],
  });
});
