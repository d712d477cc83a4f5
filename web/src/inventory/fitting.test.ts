import { expect, it } from "vitest";

import type { JobTypeInfo } from "@/api/types";
import { choicesOf, fittingJobs } from "@/inventory/fitting";

const MEDIA = { "x-choices": "tape/media" };
const DISKS = { "x-choices": "storage/disks" };

function type(name: string, properties: Record<string, object> = {}): JobTypeInfo {
  return { name, params_schema: { properties } } as unknown as JobTypeInfo;
}

it("finds the jobs with a picker that is fed by the table", () => {
  const scrub = type("storage.pool_scrub", { pool: { "x-choices": "storage/pools" } });
  const noop = type("system.noop", { seconds: {} });
  const known = { "storage/pools": "tank" };
  expect(fittingJobs([scrub, noop], "storage/pools", known)).toEqual([
    { type: "storage.pool_scrub", params: { pool: "tank" } },
  ]);
});

it("fills every table's picker of which a key is known, and leaves the rest open", () => {
  const move = type("tape.changer_transfer", {
    library: { "x-choices": "tape/libraries" },
    cartridge: { anyOf: [MEDIA, {}] },
    drive: { "x-choices": "tape/drives" },
  });
  const known = { "tape/media": "CAL001L8", "tape/libraries": "shelf", "tape/drives": null };
  expect(fittingJobs([move], "tape/media", known)[0]?.params).toEqual({
    library: "shelf",
    cartridge: "CAL001L8",
  });
});

it("gives a list to a job that takes several", () => {
  const assign = type("tape.media_assign", { cartridges: { type: "array", ...MEDIA } });
  const [first] = fittingJobs([assign], "tape/media", { "tape/media": "CAL001L8" });
  expect(first?.params).toEqual({ cartridges: ["CAL001L8"] });
});

it("fills only the first of two pickers of one table: a disk does not replace itself", () => {
  const replace = type("storage.pool_replace", { device: DISKS, by: DISKS });
  const [first] = fittingJobs([replace], "storage/disks", { "storage/disks": "sda" });
  expect(first?.params).toEqual({ device: "sda" });
});

it("sees a picker of a field that may be empty", () => {
  expect(choicesOf({ anyOf: [{ "x-choices": "tape/media" }, {}] })).toBe("tape/media");
});
