import { expect, it } from "vitest";

import { localInput, ofLocalInput } from "@/format/input-time";

it("goes into an input and comes back", () => {
  const instant = "2026-07-01T10:30:00.000Z";
  expect(ofLocalInput(localInput(instant))).toBe(instant);
});

it("leaves an empty one empty", () => {
  expect([localInput(""), ofLocalInput("")]).toEqual(["", ""]);
});
