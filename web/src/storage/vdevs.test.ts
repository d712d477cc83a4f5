import { describe, expect, it } from "vitest";

import { device, pool, RAIDZ } from "@/storage/fixtures";
import { deviceJobs, doingOf, groupsOf, kindOf, missingOf } from "@/storage/vdevs";

it("groups a degraded raidz with log, cache and spares by what they are for", () => {
  const shown = groupsOf(RAIDZ).map(({ role, vdevs }) => [
    role,
    vdevs.map((vdev) => `${kindOf(vdev)}: ${vdev.devices.map(({ name }) => name).join(" ")}`),
  ]);
  expect(shown).toEqual([
    ["data", ["raidz1: sda sdb sde sdc"]],
    ["log", ["mirror: nvme0 nvme1"]],
    ["cache", ["stripe: nvme2"]],
    ["spare", ["stripe: sde sdf"]],
  ]);
});

it("counts the devices of a vdev that do not serve", () => {
  expect(groupsOf(RAIDZ)[0]?.vdevs.map(missingOf)).toEqual([1]);
});

describe("the jobs for a device", () => {
  const raidz = { name: "raidz1-0", devices: RAIDZ.slice(0, 4) };

  it("that faulted are to replace it and to bring it back, with pool and device filled in", () => {
    const [first, second] = deviceJobs(pool(), raidz, device("sdb", { state: "FAULTED" }));
    expect(first).toEqual({ type: "storage.pool_replace", params: { pool: "tank", old: "sdb" } });
    expect(second).toEqual({
      type: "storage.pool_online",
      params: { pool: "tank", device: "sdb" },
    });
  });

  it("of a raidz hold no detach, those of a mirror do", () => {
    const types = (vdev: Parameters<typeof deviceJobs>[1]) =>
      deviceJobs(pool(), vdev, device("sda")).map(({ type }) => type);
    expect(types(raidz)).not.toContain("storage.pool_detach");
    const mirror = { name: "mirror-0", devices: [device("sda"), device("sdb")] };
    expect(types(mirror)).toContain("storage.pool_detach");
    expect(types(mirror)).toContain("storage.pool_offline");
  });

  it("that is a spare are to take it out, or to send it back when it is in use", () => {
    const spare = (state: string) => device("sde", { role: "spare", group: null, state });
    const jobs = (state: string) =>
      deviceJobs(pool(), { name: null, devices: [spare(state)] }, spare(state));
    expect(jobs("AVAIL")).toEqual([
      { type: "storage.pool_remove_vdev", params: { pool: "tank", vdev: "sde" } },
    ]);
    expect(jobs("INUSE")).toEqual([
      { type: "storage.pool_detach", params: { pool: "tank", device: "sde" } },
    ]);
  });

  it("that stands alone in its pool do not take the only one out", () => {
    const only = device("sda", { group: null });
    const jobs = deviceJobs(pool({ devices: [only] }), { name: null, devices: [only] }, only);
    expect(jobs.map(({ type }) => type)).toEqual([
      "storage.pool_replace",
      "storage.pool_offline",
      "storage.pool_attach",
      "storage.pool_trim",
      "storage.pool_clear",
    ]);
  });
});

it("tells what goes on at a device, and not what is over", () => {
  const trim = { state: "running", done_bytes: 1, total_bytes: 2, percent: 50, subject: null };
  const busy = device("sda", {
    is_resilvering: true,
    trim: { ...trim, state: "running" },
    initialize: { ...trim, state: "finished" },
  });
  expect(doingOf(busy)).toEqual([
    { what: "resilvering", percent: null, isPaused: false },
    { what: "trim", percent: 50, isPaused: false },
  ]);
});
