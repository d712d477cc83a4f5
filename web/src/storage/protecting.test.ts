import { describe, expect, it } from "vitest";

import { dataset, schedule, snapshot } from "@/storage/fixtures";
import { judgedOf, newestBy, unprotectedOf } from "@/storage/protecting";

const NOW = new Date("2026-01-02T00:00:00Z");
const SNAPS = schedule("storage.snapshot_create", { dataset: "tank", recursive: true });
const SENDS = schedule("storage.replication_run", {
  source: "tank",
  target: "vault/copy",
  recursive: true,
});

function gapsOf(given: Partial<Parameters<typeof unprotectedOf>[0]>) {
  const evidence = {
    datasets: [dataset("tank/home")],
    snapshots: [snapshot("tank/home@one", 60)],
    schedules: [SNAPS, SENDS],
    now: NOW,
  };
  return unprotectedOf({ ...evidence, ...given }).map(({ dataset: { key }, gaps }) => [key, gaps]);
}

describe("a dataset", () => {
  it("with a schedule, a fresh snapshot and a copy elsewhere is protected", () => {
    expect(gapsOf({})).toEqual([]);
  });

  it("nobody takes care of lacks all three", () => {
    expect(gapsOf({ schedules: [], snapshots: [] })).toEqual([
      ["tank/home", ["unscheduled", "never", "not_replicated"]],
    ]);
  });

  it("whose schedule is switched off is not taken care of", () => {
    expect(gapsOf({ schedules: [{ ...SNAPS, enabled: false }, SENDS] })).toEqual([
      ["tank/home", ["switched_off"]],
    ]);
  });

  it("whose newest snapshot is more than a day old is told", () => {
    expect(gapsOf({ now: new Date("2026-01-02T01:00:01Z") })).toEqual([["tank/home", ["old"]]]);
    expect(gapsOf({ now: new Date("2026-01-02T01:00:00Z") })).toEqual([]);
  });

  it("whose replication is switched off is not replicated", () => {
    expect(gapsOf({ schedules: [SNAPS, { ...SENDS, enabled: false }] })).toEqual([
      ["tank/home", ["not_replicated"]],
    ]);
  });

  it("that only holds others has nothing to lose, a volume has", () => {
    const empty = dataset("tank/x", { referenced_bytes: 98_304 });
    const none = { schedules: [], snapshots: [] };
    expect(gapsOf({ ...none, datasets: [empty] })).toEqual([]);
    expect(gapsOf({ ...none, datasets: [{ ...empty, kind: "volume" }] })).toHaveLength(1);
  });

  it("that a replication writes is a copy, unless that one writes elsewhere", () => {
    const copy = { datasets: [dataset("vault/copy/home")], snapshots: [] };
    expect(gapsOf(copy)).toEqual([]);
    const pushed = { ...SENDS, params: { ...SENDS.params, direction: "push" } };
    expect(gapsOf({ ...copy, schedules: [pushed] })).toHaveLength(1);
  });
});

it("judges nothing where no dataset holds anything that is no copy", () => {
  const empty = dataset("tank/empty", { referenced_bytes: 0 });
  const copy = dataset("vault/copy/home");
  const judged = judgedOf({ datasets: [empty, copy], schedules: [SENDS] });
  expect(judged).toEqual([]);
  expect(judgedOf({ datasets: [dataset("tank/home")], schedules: [SENDS] })).toHaveLength(1);
});

it("puts the worst first, and of equals the largest", () => {
  const datasets = [
    dataset("tank/small", { used_bytes: 1 }),
    dataset("tank/large", { used_bytes: 2 }),
    dataset("tank/fresh", { used_bytes: 3 }),
  ];
  const snapshots = [snapshot("tank/fresh@one", 60)];
  const names = gapsOf({ datasets, snapshots, schedules: [] }).map(([name]) => name);
  expect(names).toEqual(["tank/large", "tank/small", "tank/fresh"]);
});

it("finds the newest snapshot of each dataset, whatever their order", () => {
  const newest = newestBy([snapshot("tank@b", 2), snapshot("tank@c", 3), snapshot("tank@a", 1)]);
  expect([...newest]).toEqual([["one tank", "2026-01-01T00:03:00.000Z"]]);
});
