import { expect, it } from "vitest";

import { Problem } from "@/api/problem";
import { isStale, nameToType } from "@/submit/plans";
import { quoted } from "@/submit/quoting";
import { simplify } from "@/submit/simplify";

const pick = (table: string) => ({ type: "string", "x-choices": table });
const ERASE = simplify({
  type: "object",
  properties: { drive: pick("tape/drives"), cartridge: pick("tape/media") },
  required: ["drive", "cartridge"],
});

const draft = (params: Record<string, unknown>) => ({ type: "tape.media_erase", params });

it("asks for the name of what is destroyed, not of what does it", () => {
  const params = { drive: "shelf-0", cartridge: "CAL001L8" };
  const plan = { destroys: ["all that is on CAL001L8"] };
  expect(nameToType(ERASE, draft(params), plan)).toBe("CAL001L8");
});

it("asks for the first that was picked when the plan names none", () => {
  const params = { drive: "shelf-0", cartridge: "CAL001L8" };
  expect(nameToType(ERASE, draft(params), { destroys: [] })).toBe("shelf-0");
});

it("asks for the job's own name when there is nothing else to name", () => {
  const none = simplify({ type: "object", properties: {} });
  expect(nameToType(none, draft({}), { destroys: ["runs"] })).toBe("media_erase");
});

it("asks for the first of several", () => {
  const many = simplify({
    type: "object",
    properties: { cartridges: { type: "array", items: {}, "x-choices": "tape/media" } },
    required: ["cartridges"],
  });
  expect(nameToType(many, draft({ cartridges: ["A", "B"] }), { destroys: [] })).toBe("A");
});

it("knows a stale plan from other refusals", () => {
  expect(isStale(new Problem({ status: 409, code: "plan-stale" }))).toBe(true);
  expect(isStale(new Problem({ status: 409, code: "plan_refused" }))).toBe(false);
  expect(isStale(null)).toBe(false);
});

it("quotes of a command only what a shell would take apart", () => {
  expect(quoted(["zfs", "destroy", "-r", "tank/a@b"])).toBe("zfs destroy -r tank/a@b");
  expect(quoted(["echo", "it's", ""])).toBe("echo 'it'\\''s' ''");
});
