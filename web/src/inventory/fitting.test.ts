import { expect, it } from "vitest";

import { choicesOf, fittingJobs } from "@/inventory/fitting";
import type { JobTypeInfo } from "@/api/types";

function type(name: string, properties: Record<string, object>): JobTypeInfo {
  return { name, params_schema: { properties } } as unknown as JobTypeInfo;
}

it("finds the jobs whose picker is fed by the table, and which field that is", () => {
  const scrub = type("storage.pool_scrub", { pool: { "x-choices": "storage/pools" } });
  const noop = type("system.noop", { seconds: {} });
  expect(fittingJobs([scrub, noop], "storage/pools")).toEqual([{ type: scrub, field: "pool" }]);
});

it("sees a picker of a field that may be empty", () => {
  expect(choicesOf({ anyOf: [{ "x-choices": "tape/media" }, {}] })).toBe("tape/media");
});
