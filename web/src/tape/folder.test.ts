import { describe, expect, it } from "vitest";

import { type ArchiveFile, crumbsOf, entriesOf, isWithin, toggled } from "@/tape/folder";

function file(path: string, kind = "file", cartridges = ["CAL001L8"]): ArchiveFile {
  return { number: 0, path, kind, size_bytes: 1, modified_at: null, sha256: null, cartridges };
}

const FILES = [
  file("a.txt"),
  file("ada", "folder"),
  file("ada/docs/one.txt"),
  file("ada/docs/two.txt", "file", ["CAL002L8"]),
  file("ada/thesis.tex"),
  file("zoe.txt"),
];

describe("a folder of an archive", () => {
  it("shows what lies directly in it, folders first", () => {
    expect(entriesOf("", FILES).map((one) => one.name)).toEqual(["ada", "a.txt", "zoe.txt"]);
    expect(entriesOf("ada", FILES).map((one) => [one.name, one.isFolder])).toEqual([
      ["docs", true],
      ["thesis.tex", false],
    ]);
  });

  it("shows a folder that the archive has no entry of, with the cartridges below it", () => {
    const [docs] = entriesOf("ada", FILES);
    expect(docs).toMatchObject({ file: null, cartridges: ["CAL001L8", "CAL002L8"] });
  });

  it("does not take what only begins like it for something in it", () => {
    expect(entriesOf("ada/do", FILES)).toEqual([]);
  });

  it("does not show itself, however its path is written", () => {
    const told = [file(".", "folder"), file("./ada/", "folder"), file("./ada/x")];
    expect(entriesOf("ada", told).map((one) => one.path)).toEqual(["ada/x"]);
    expect(entriesOf("", told).map((one) => one.path)).toEqual(["ada"]);
  });
});

it("tells the way to a folder", () => {
  expect(crumbsOf("ada/docs")).toEqual([
    { name: "ada", path: "ada" },
    { name: "docs", path: "ada/docs" },
  ]);
  expect(crumbsOf("")).toEqual([]);
});

describe("choosing", () => {
  it("takes a path in and out", () => {
    expect(toggled(["a"], "b")).toEqual(["a", "b"]);
    expect(toggled(["a", "b"], "a")).toEqual(["b"]);
  });

  it("lets a folder stand for what was chosen below it", () => {
    expect(toggled(["a/x", "ab"], "a")).toEqual(["ab", "a"]);
    expect(isWithin(["a"], "a/x")).toBe(true);
    expect(isWithin(["a"], "ab")).toBe(false);
  });
});
