import { expect, it } from "vitest";

import { askedOf, restoreParams, sourceOf } from "@/backup/source";

it("is asked with what the address says", () => {
  const source = sourceOf(new URLSearchParams("client=a&fileset=b&before=2026-11-27T02:00:00Z"));
  expect(askedOf(source)).toEqual({ client: "a", fileset: "b", before: "2026-11-27T02:00:00Z" });
});

it("is asked for the newest state when no time is given", () => {
  expect(askedOf(sourceOf(new URLSearchParams("client=a&fileset=b")))).toEqual({
    client: "a",
    fileset: "b",
  });
});

it("is not asked before it is known from what", () => {
  expect(askedOf(sourceOf(new URLSearchParams("client=a")))).toBeNull();
});

it("becomes what a restore is started with", () => {
  expect(restoreParams({ client: "a", fileset: "b", before: "" }, ["/etc/"])).toEqual({
    client: "a",
    fileset: "b",
    paths: ["/etc/"],
  });
});
