/** The devices of a pool as a tree: by what they are for, then by vdev. */
import type { Start } from "@/inventory/fitting";
import type { Device, Pool, Role } from "@/storage/rows";

export interface Vdev {
  /** Such as raidz1-0; null: devices that stand alone. */
  name: string | null;
  devices: Device[];
}

export interface RoleGroup {
  role: Role;
  vdevs: Vdev[];
}

const ORDER: readonly Role[] = ["data", "special", "dedup", "log", "cache", "spare"];

/** Groups in the order in which they matter; within one, as the product lists them. */
export function groupsOf(devices: readonly Device[]): RoleGroup[] {
  return ORDER.flatMap((role) => {
    const own = devices.filter((device) => device.role === role);
    return own.length === 0 ? [] : [{ role, vdevs: vdevsOf(own) }];
  });
}

function vdevsOf(devices: readonly Device[]): Vdev[] {
  const vdevs: Vdev[] = [];
  for (const device of devices) {
    const known = vdevs.find((vdev) => vdev.name === device.group);
    if (known) known.devices.push(device);
    else vdevs.push({ name: device.group, devices: [device] });
  }
  return vdevs;
}

/** What kind a vdev is: raidz2 of raidz2-0, mirror of mirror-1, stripe of one that stands alone. */
export function kindOf(vdev: Vdev): string {
  return vdev.name === null ? "stripe" : vdev.name.replace(/-\d+$/, "");
}

const SERVES = new Set(["ONLINE", "AVAIL", "INUSE"]);

export function serves(device: Device): boolean {
  return SERVES.has(device.state);
}

/** How many devices of a vdev do not serve. */
export function missingOf(vdev: Vdev): number {
  return vdev.devices.filter((device) => !serves(device)).length;
}

/** The jobs that make sense for a device as it is now, what is most likely wanted first. */
export function deviceJobs(pool: Pool, vdev: Vdev, device: Device): Start[] {
  const at = { pool: pool.name };
  const device_ = { ...at, device: device.name };
  const start = (type: string, params: Record<string, unknown>): Start => ({
    type: `storage.${type}`,
    params,
  });
  if (device.role === "spare" || device.role === "cache") {
    return device.state === "INUSE"
      ? [start("pool_detach", device_)]
      : [start("pool_remove_vdev", { ...at, vdev: device.name })];
  }
  const works = serves(device) || device.state === "DEGRADED";
  const jobs = [start("pool_replace", { ...at, old: device.name })];
  jobs.push(start(works ? "pool_offline" : "pool_online", device_));
  if (isDetachable(vdev, device)) jobs.push(start("pool_detach", device_));
  if (vdev.name === null) jobs.push(start("pool_attach", { ...at, vdev: device.name }));
  if (vdev.name === null && pool.devices.length > 1)
    jobs.push(start("pool_remove_vdev", { ...at, vdev: device.name }));
  if (works && device.can_trim) jobs.push(start("pool_trim", { ...at, devices: [device.name] }));
  jobs.push(start("pool_clear", device_));
  return jobs;
}

function isDetachable(vdev: Vdev, device: Device): boolean {
  return device.is_replacing || (kindOf(vdev) === "mirror" && vdev.devices.length > 1);
}

export interface Doing {
  what: "resilvering" | "replacing" | "trim" | "initialize";
  percent: number | null;
  isPaused: boolean;
}

/** What goes on at a device right now. */
export function doingOf(device: Device): Doing[] {
  const doing: Doing[] = [];
  if (device.is_resilvering) doing.push({ what: "resilvering", percent: null, isPaused: false });
  if (device.is_replacing) doing.push({ what: "replacing", percent: null, isPaused: false });
  for (const what of ["trim", "initialize"] as const) {
    const activity = device[what];
    if (activity?.state === "running" || activity?.state === "paused")
      doing.push({ what, percent: activity.percent, isPaused: activity.state === "paused" });
  }
  return doing;
}
