import { describe, expect, it } from "vitest";

import { cartridge, drive, slot, smallShelf } from "@/tape/fixtures";
import { cellsOf, type Shelf } from "@/tape/model";
import { movesFrom } from "@/tape/moves";

const NONE = new Set<string>();

function moves(shelf: Shelf, from: string, moving: ReadonlySet<string> = NONE) {
  const cell = cellsOf(shelf).find((one) => one.key === from);
  if (cell === undefined) throw new Error(`there is no ${from}`);
  return movesFrom(shelf, cell, moving);
}

function targets(shelf: Shelf, from: string, moving?: ReadonlySet<string>): string[] {
  return [...moves(shelf, from, moving).keys()];
}

describe("a cartridge in a slot", () => {
  it("may go to every empty place", () => {
    expect(targets(smallShelf(), "shelf/slot-1")).toEqual([
      "shelf/drive-1",
      "shelf/ie-5",
      "shelf/ie-6",
      "shelf/slot-3",
      "shelf/slot-4",
    ]);
  });

  it("is loaded, exported or transferred, by its barcode", () => {
    const all = moves(smallShelf(), "shelf/slot-1");
    const of = { library: "shelf", cartridge: "CAL001L8" };
    expect(all.get("shelf/drive-1")?.draft).toEqual({
      type: "tape.changer_load",
      node: "one",
      params: { ...of, drive: "shelf-1" },
    });
    expect(all.get("shelf/ie-6")?.draft).toMatchObject({
      type: "tape.changer_export",
      params: { ...of, ie_slot: 6 },
    });
    expect(all.get("shelf/slot-4")?.draft).toMatchObject({
      type: "tape.changer_transfer",
      params: { ...of, target: 4 },
    });
  });

  it("without a label is named by its slot", () => {
    const shelf = smallShelf({ slots: [slot("slot", 1, { is_full: true })] });
    expect(moves(shelf, "shelf/slot-1").get("shelf/slot-4")?.draft.params).toEqual({
      library: "shelf",
      slot: 1,
      target: 4,
    });
  });

  it("goes nowhere while its barcode is there twice, or a job uses it", () => {
    const twice = smallShelf({ media: [cartridge("CAL001L8", { is_duplicate: true })] });
    const used = smallShelf({
      media: [cartridge("CAL001L8", { job: { id: "j", title: "Write" } })],
    });
    expect(targets(twice, "shelf/slot-1")).toEqual([]);
    expect(targets(used, "shelf/slot-1")).toEqual([]);
  });
});

it("comes in from an import/export slot as a transfer, and goes to another so", () => {
  const shelf = smallShelf({ slots: [slot("ie", 5, { barcode: "CAL007L8" })] });
  const all = moves(shelf, "shelf/ie-5");
  expect(all.get("shelf/slot-3")?.draft.type).toBe("tape.changer_transfer");
  expect(all.get("shelf/ie-6")?.draft.type).toBe("tape.changer_transfer");
});

describe("a cartridge in a drive", () => {
  it("is unloaded to an empty slot, never into another drive", () => {
    const all = moves(smallShelf(), "shelf/drive-0");
    expect(all.has("shelf/drive-1")).toBe(false);
    expect(all.get("shelf/slot-3")?.draft).toEqual({
      type: "tape.changer_unload",
      node: "one",
      params: { library: "shelf", drive: "shelf-0", slot: 3 },
    });
  });

  it.each([
    ["busy", { state: "busy" as const }],
    ["offline", { state: "offline" as const }],
    ["used by a job", { state: "loaded" as const, job: { id: "j", title: "Write" } }],
  ])("stays while the drive is %s", (_why, told) => {
    const shelf = smallShelf({ drives: [drive(0, told), drive(1)] });
    expect(targets(shelf, "shelf/drive-0")).toEqual([]);
  });
});

it("cleans a drive where a cleaning cartridge is put into it", () => {
  expect(moves(smallShelf(), "shelf/slot-2").get("shelf/drive-1")?.draft).toMatchObject({
    type: "tape.drive_clean",
    params: { library: "shelf", drive: "shelf-1", cartridge: "CLN001L8" },
  });
});

describe("a place", () => {
  it("takes nothing while it is in trouble, or something is on its way to it", () => {
    const shelf = smallShelf({ slots: [slot("slot", 3, { trouble: "blocked" })] });
    const to = targets(shelf, "shelf/slot-1", new Set(["shelf/slot-4"]));
    expect(to).not.toContain("shelf/slot-3");
    expect(to).not.toContain("shelf/slot-4");
  });

  it("gives nothing while what it holds is in motion", () => {
    expect(targets(smallShelf(), "shelf/slot-1", new Set(["shelf/slot-1"]))).toEqual([]);
  });

  it("takes nothing where a drive is away or used", () => {
    for (const told of [{ state: "offline" as const }, { job: { id: "j", title: "Read" } }]) {
      const shelf = smallShelf({ drives: [drive(0), drive(1, told)] });
      expect(targets(shelf, "shelf/slot-1")).not.toContain("shelf/drive-1");
    }
  });
});

it("moves nothing in a library that is off", () => {
  expect(targets(smallShelf({ library: { is_online: false } }), "shelf/slot-1")).toEqual([]);
});
