import { describe, expect, it } from "vitest";

import { cartridge } from "@/tape/fixtures";
import { roomOf, spanOf } from "@/tape/room";

const OWN = { pool: "weekly", capacity_bytes: 100, used_bytes: 30 };

describe("the room of a pool", () => {
  it("is all of what is scratch or expired, and the rest of what is open", () => {
    const media = ["scratch", "expired", "open"].map((state) =>
      cartridge(state, { ...OWN, state }),
    );
    expect(roomOf("weekly", media)).toEqual({ freeBytes: 270, unknown: 0 });
  });

  it("is nothing on what is full, damaged, foreign, protected, away or another's", () => {
    const none = [
      { state: "full" },
      { state: "damaged" },
      { state: "foreign" },
      { state: "open", is_write_protected: true },
      { state: "open", vault: "safe" },
      { state: "open", pool: "daily" },
    ];
    const media = none.map((told, at) => cartridge(`C${at}`, { ...OWN, ...told }));
    expect(roomOf("weekly", media)).toEqual({ freeBytes: 0, unknown: 0 });
  });

  it("says of how many nobody knows it", () => {
    const media = [cartridge("C1", { ...OWN, state: "scratch", capacity_bytes: null })];
    expect(roomOf("weekly", media)).toEqual({ freeBytes: 0, unknown: 1 });
  });
});

it("takes a duration apart, and tells months from minutes", () => {
  expect(spanOf("P30D")).toEqual([["days", 30]]);
  expect(spanOf("P1Y2M3WT4H5M")).toEqual([
    ["years", 1],
    ["months", 2],
    ["weeks", 3],
    ["hours", 4],
    ["minutes", 5],
  ]);
});
