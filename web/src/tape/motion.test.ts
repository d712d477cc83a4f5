import { describe, expect, it } from "vitest";

import type { Job } from "@/api/types";
import { jobAt } from "@/jobs/fixtures";
import { smallShelf } from "@/tape/fixtures";
import { isSettled, jobsOf, motionsOf } from "@/tape/motion";

function job(type: string, params: object, told: Partial<Job> = {}): Job {
  return { ...jobAt(1, "running"), type, params: params as Job["params"], ...told };
}

const SHELF = smallShelf();

describe("a move under way", () => {
  it.each([
    ["load", { cartridge: "CAL001L8", drive: "shelf-1" }, "slot-1", "drive-1"],
    ["unload", { drive: "shelf-0", slot: 3 }, "drive-0", "slot-3"],
    ["transfer", { cartridge: "CAL001L8", target: 4 }, "slot-1", "slot-4"],
    ["transfer", { slot: 1, target: 4 }, "slot-1", "slot-4"],
    ["export", { cartridge: "CAL001L8", ie_slot: 6 }, "slot-1", "ie-6"],
  ])("is known by its places: %s %j", (verb, params, from, to) => {
    const [motion] = motionsOf(
      [job(`tape.changer_${verb}`, { library: "shelf", ...params })],
      SHELF,
    );
    expect(motion).toMatchObject({ from: `shelf/${from}`, to: `shelf/${to}` });
  });

  it("names the cartridge of a drive that is unloaded, and no place that nobody has chosen", () => {
    const [motion] = motionsOf(
      [job("tape.changer_unload", { library: "shelf", drive: "shelf-0", slot: null })],
      SHELF,
    );
    expect(motion).toMatchObject({ barcode: "CAL003L8", to: null });
  });

  it("is no move where a job only writes", () => {
    expect(motionsOf([job("tape.archive_write", { drive: "shelf-0" })], SHELF)).toEqual([]);
  });
});

it("finds the jobs of a library by its name, its drives and its cartridges", () => {
  const own = [
    job("tape.changer_inventory", { library: "shelf" }),
    job("tape.archive_write", { drive: "shelf-1" }),
    job("tape.media_assign", { cartridges: ["CAL003L8"] }),
  ];
  const others = [
    job("tape.changer_inventory", { library: "other" }),
    job("tape.archive_write", { drive: "other-0" }),
    job("tape.scan", {}),
    job("tape.changer_inventory", { library: "shelf" }, { node: "two" }),
  ];
  expect(jobsOf([...own, ...others], SHELF)).toEqual(own);
});

describe("a job is settled", () => {
  const done = { finished_at: "2026-11-27T02:00:10Z" };

  it("when somebody has looked since it succeeded", () => {
    const succeeded = job("tape.changer_load", {}, { ...done, state: "succeeded" });
    expect(isSettled(succeeded, "2026-11-27T02:00:09Z")).toBe(false);
    expect(isSettled(succeeded, "2026-11-27T02:00:11Z")).toBe(true);
  });

  it("at once when it failed, and never before its end", () => {
    expect(isSettled(job("tape.changer_load", {}, { ...done, state: "failed" }), null)).toBe(true);
    expect(isSettled(job("tape.changer_load", {}), "2027-01-01T00:00:00Z")).toBe(false);
  });
});
