import { describe, expect, it } from "vitest";

import { crumbsOf, markOf, toggled } from "@/backup/choosing";

describe("a path stands to what is chosen", () => {
  const chosen = ["/etc/", "/home/ada/notes"];

  it.each([
    ["/etc/", "chosen"],
    ["/etc/fstab", "within"],
    ["/etc/ssh/", "within"],
    ["/etcetera", "none"],
    ["/home/", "partly"],
    ["/home/ada/notes", "chosen"],
    ["/home/ada/notes.old", "none"],
  ])("%s is %s", (path, mark) => {
    expect(markOf(chosen, path)).toBe(mark);
  });
});

describe("choosing", () => {
  it("a folder takes in what was chosen below it", () => {
    expect(toggled(["/etc/fstab", "/home/a"], "/etc/")).toEqual(["/etc/", "/home/a"]);
  });

  it("something within a chosen folder changes nothing", () => {
    expect(toggled(["/etc/"], "/etc/fstab")).toEqual(["/etc/"]);
  });

  it("twice lets go again", () => {
    expect(toggled(toggled([], "/etc/"), "/etc/")).toEqual([]);
  });

  it("a file leaves its neighbours whose names begin alike", () => {
    expect(toggled(["/a/notes.old"], "/a/notes")).toEqual(["/a/notes", "/a/notes.old"]);
  });
});

it("knows the folders on the way", () => {
  expect(crumbsOf("/home/ada/").map(({ path }) => path)).toEqual(["/", "/home/", "/home/ada/"]);
  expect(crumbsOf("/")).toEqual([{ name: "/", path: "/" }]);
});
