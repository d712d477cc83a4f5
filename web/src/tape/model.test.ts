import { describe, expect, it } from "vitest";

import { cartridge, drive, library, slot, smallShelf } from "@/tape/fixtures";
import { fitsText, shelfOf } from "@/tape/model";

describe("a library put together", () => {
  it("has its places by kind, in the order of their numbers", () => {
    const shelf = smallShelf();
    expect(shelf.drives.map((cell) => cell.number)).toEqual([0, 1]);
    expect(shelf.slots.map((cell) => cell.number)).toEqual([1, 2, 3, 4]);
    expect(shelf.doors.map((cell) => cell.number)).toEqual([5, 6]);
  });

  it("knows the drive of a place and what is on record of a cartridge", () => {
    const shelf = smallShelf({ media: [cartridge("CAL001L8", { pool: "weekly" })] });
    expect(shelf.drives[0]?.drive?.serial).toBe("shelf-0");
    expect(shelf.slots[0]?.held?.media?.pool).toBe("weekly");
    expect(shelf.slots[2]?.held).toBeNull();
  });

  it("takes nothing from a library of the same name on another node", () => {
    const far = { node: "two" };
    const shelf = shelfOf(library(), {
      slots: [slot("slot", 1), slot("slot", 2, far)],
      drives: [drive(0, far)],
      media: [],
    });
    expect(shelf.slots).toHaveLength(1);
  });

  it("does not tell of one cartridge what is known of the one that lay there before", () => {
    const shelf = smallShelf({ media: [cartridge("CAL009L8", { pool: "weekly" })] });
    expect(shelf.slots[0]?.held?.media).toBeNull();
  });

  it("takes a size from the books where the library does not know it", () => {
    const shelf = smallShelf({ media: [cartridge("CAL001L8", { capacity_bytes: 100 })] });
    expect(shelf.slots[0]?.held?.capacityBytes).toBe(100);
  });
});

it("finds a cartridge by barcode, pool or state, whatever the case", () => {
  const told = { pool: "weekly", state: "scratch" };
  const held = smallShelf({ media: [cartridge("CAL001L8", told)] }).slots[0]?.held;
  if (held == null) throw new Error("there is no cartridge");
  expect(["cal001", "WEEK", "scr", " "].every((text) => fitsText(held, text))).toBe(true);
  expect(fitsText(held, "CAL002")).toBe(false);
});
