import { expect, it } from "vitest";

import { covers } from "@/session/permissions";

it.each([
  [["*:*"], "storage:destroy", true],
  [["*:read"], "storage:read", true],
  [["*:read"], "storage:operate", false],
  [["storage:*"], "tape:read", false],
  [["jobs:submit"], "jobs:submit", true],
  [["jobs:submit"], "jobs:submitter", false],
  [["a.b:read"], "axb:read", false],
  [[], "jobs:read", false],
])("%j covers %s: %s", (patterns, permission, expected) => {
  expect(covers(patterns, permission)).toBe(expected);
});
