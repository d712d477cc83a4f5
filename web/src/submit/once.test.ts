import { expect, it } from "vitest";

import { OnceKey } from "@/submit/once";

function keys() {
  let made = 0;
  return new OnceKey(() => `key ${++made}`);
}

const DRAFT = { type: "system.noop", params: {} };

it("gives the same key to the same request, however often it is sent", () => {
  const once = keys();
  expect(once.for(DRAFT)).toBe("key 1");
  expect(once.for({ ...DRAFT })).toBe("key 1");
});

it("gives another key to another request, and after a job was started", () => {
  const once = keys();
  once.for(DRAFT);
  expect(once.for({ ...DRAFT, params: { seconds: 1 } })).toBe("key 2");
  once.used();
  expect(once.for({ ...DRAFT, params: { seconds: 1 } })).toBe("key 3");
});
