import { expect, it } from "vitest";

import { cookie } from "@/api/cookies";

it("finds one cookie among others and reads its escapes", () => {
  expect(cookie("b", "a=1; b=x%3Dy; bb=3")).toBe("x=y");
});

it("finds nothing where only the end of a name fits", () => {
  expect(cookie("csrf", "calypso_csrf=1")).toBe("");
});
