import { expect, it } from "vitest";

import "@/text/i18n";
import { simplify } from "@/submit/simplify";
import { validator } from "@/submit/validator";

const SCHEMA = simplify({ type: "object", properties: { a: { type: "string" } }, required: ["a"] });

it("tells @rjsf each fault in its list and at its field", () => {
  const { errors, errorSchema } = validator.validateFormData({}, SCHEMA as never);
  expect(errors).toMatchObject([{ property: "/a", message: "This is needed." }]);
  expect(errorSchema).toEqual({ a: { __errors: ["This is needed."] } });
});

it("answers whether data fits", () => {
  expect(validator.isValid(SCHEMA as never, { a: "b" }, SCHEMA as never)).toBe(true);
  expect(validator.isValid(SCHEMA as never, {}, SCHEMA as never)).toBe(false);
  expect(validator.rawValidation(SCHEMA as never, {}).errors).toHaveLength(1);
});
