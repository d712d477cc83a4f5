import { expect, it } from "vitest";

import { drive } from "@/tape/fixtures";
import { driveFor } from "@/tape/reading-drive";

const HOLDING = drive(1, { state: "loaded", barcode: "CAL001L8" });

it("reads where a cartridge lies already", () => {
  expect(driveFor(["CAL001L8"], [drive(0), HOLDING])).toBe("shelf-1");
});

it("else reads in an empty drive, and in none that is used or holds something else", () => {
  const used = drive(0, { job: { id: "j", title: "Write" } });
  expect(driveFor(["CAL002L8"], [used, HOLDING, drive(2)])).toBe("shelf-2");
  expect(driveFor(["CAL002L8"], [used, HOLDING])).toBeNull();
});
