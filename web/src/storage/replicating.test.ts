import { describe, expect, it } from "vitest";

import { replicationJob, schedule, snapshot } from "@/storage/fixtures";
import { lagOf, lagSince, linksOf } from "@/storage/replicating";

const PARAMS = { source: "tank/home", target: "vault/home" };
const NIGHTLY = schedule("storage.replication_run", PARAMS);
const ENDED = "2026-01-01T01:00:00Z";

const good = replicationJob("good", { state: "succeeded", finished_at: ENDED });
const bad = replicationJob("bad", { state: "failed", finished_at: ENDED });
const running = replicationJob("running", { state: "running", finished_at: null });

describe("a replication", () => {
  it("of a schedule and its jobs is one, with what runs and what went well", () => {
    const [link, ...rest] = linksOf([NIGHTLY], [running, good]);
    expect(rest).toEqual([]);
    expect(link?.schedule).toBe(NIGHTLY);
    expect([link?.running?.id, link?.success?.id, link?.failure]).toEqual([
      "running",
      "good",
      null,
    ]);
  });

  it("tells a failure only until it succeeds again", () => {
    expect(linksOf([], [bad, good])[0]?.failure?.id).toBe("bad");
    expect(linksOf([], [good, bad])[0]?.failure).toBeNull();
  });

  it("does not take a cancelled job for a failure", () => {
    const cancelled = replicationJob("x", { state: "cancelled", finished_at: ENDED });
    expect(linksOf([], [cancelled])[0]?.failure).toBeNull();
  });

  it("to another machine is another one than to the same name here", () => {
    const params = { ...PARAMS, direction: "push", remote: { host: "far" } };
    const links = linksOf([], [replicationJob("far", { params }), good]);
    expect(links.map(({ host }) => host)).toEqual(["far", null]);
  });
});

describe("how far the target is behind", () => {
  const source = [snapshot("tank@a", 1), snapshot("tank@b", 2), snapshot("tank@c", 3)];

  it("counts from the newest both have by guid, whatever it is called there", () => {
    const target = [snapshot("vault@renamed", 9, { guid: "guid-2" })];
    const lag = lagOf(source, target);
    expect([lag?.newest.key, lag?.common?.key, lag?.missing]).toEqual(["tank@c", "tank@b", 1]);
  });

  it("is nothing when the newest is there", () => {
    expect(lagOf(source, [snapshot("vault@c", 9, { guid: "guid-3" })])?.missing).toBe(0);
  });

  it("is everything when nothing is common", () => {
    expect(lagOf(source, [])).toMatchObject({ common: null, missing: 3 });
  });

  it("is not known of a source without snapshots", () => {
    expect(lagOf([], [])).toBeNull();
  });

  it("on another machine is told by what the last success brought", () => {
    const success = replicationJob("good", { result: { snapshot: "far/home@b" } });
    expect(lagSince(source, success)?.missing).toBe(1);
    expect(lagSince(source, null)?.missing).toBe(3);
  });
});
