import "@/text/i18n";

import { expect, it } from "vitest";

import { faultsAt } from "@/api/faults";
import { Problem } from "@/api/problem";

const REFUSED = new Problem({
  status: 422,
  errors: [
    { pointer: "/permissions/0", code: "beyond", message: "You do not hold this permission." },
    { pointer: "/name", code: "empty", message: "Give a name." },
  ],
});

it("finds what is wrong with a field, and with what is in it", () => {
  expect(faultsAt(REFUSED, "name")).toEqual(["Give a name."]);
  expect(faultsAt(REFUSED, "permissions")).toEqual(["You do not hold this permission."]);
});

it("takes no field for another whose name begins alike", () => {
  expect(faultsAt(REFUSED, "nam")).toEqual([]);
});

it("finds nothing in what is no refusal", () => {
  expect(faultsAt(new Error("offline"), "name")).toEqual([]);
});
