import { expect, it } from "vitest";

import type { JobTypeInfo } from "@/api/types";
import { choicesFor } from "@/submit/choosing";

const TYPES = [
  { name: "tape.scan", title: "Read a tape", subsystem: "tape", permission: "tape:operate" },
  {
    name: "storage.pool_scrub",
    title: "Scrub",
    subsystem: "storage",
    permission: "storage:operate",
  },
  {
    name: "storage.disk_wipe",
    title: "Erase",
    subsystem: "storage",
    permission: "storage:destroy",
  },
] as JobTypeInfo[];

function names(sought: string, may: (permission: string) => boolean) {
  return choicesFor(TYPES, sought, may).map(([group, own]) => [group, own.map((one) => one.name)]);
}

it("groups by subsystem and sorts by title", () => {
  expect(names("", () => true)).toEqual([
    ["storage", ["storage.disk_wipe", "storage.pool_scrub"]],
    ["tape", ["tape.scan"]],
  ]);
});

it("offers nothing that would be refused", () => {
  expect(names("", (permission) => permission === "tape:operate")).toEqual([
    ["tape", ["tape.scan"]],
  ]);
});

it("finds by title and by name, whatever the case", () => {
  expect(names("SCRUB", () => true)).toEqual([["storage", ["storage.pool_scrub"]]]);
  expect(names("tape.", () => true)).toEqual([["tape", ["tape.scan"]]]);
});
