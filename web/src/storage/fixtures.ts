/** Rows as the API gives them, for tests: a raidz with a spare that is being resilvered. */
import type { Job, Schedule } from "@/api/types";
import { jobAt } from "@/jobs/fixtures";
import type { Dataset, Device, Disk, Pool, Snapshot } from "@/storage/rows";

export function device(name: string, given: Partial<Device> = {}): Device {
  return {
    name,
    state: "ONLINE",
    role: "data",
    group: "raidz1-0",
    note: null,
    is_resilvering: false,
    is_replacing: false,
    read_errors: 0,
    write_errors: 0,
    checksum_errors: 0,
    trim: null,
    can_trim: true,
    initialize: null,
    ...given,
  };
}

/** As of openzfs 2.1.11: one disk faulted, the spare in its place, a log mirror and a cache. */
export const RAIDZ: Device[] = [
  device("sda"),
  device("sdb", { state: "FAULTED", note: "too many errors", write_errors: 12 }),
  device("sde", { is_resilvering: true }),
  device("sdc", { checksum_errors: 1 }),
  device("nvme0", { role: "log", group: "mirror-1" }),
  device("nvme1", { role: "log", group: "mirror-1" }),
  device("nvme2", { role: "cache", group: null }),
  device("sde", { role: "spare", group: null, state: "INUSE", note: "currently in use" }),
  device("sdf", { role: "spare", group: null, state: "AVAIL" }),
];

export function pool(given: Partial<Pool> = {}): Pool {
  return {
    key: "tank",
    name: "tank",
    node: "one",
    guid: "1277268002227320824",
    health: "ONLINE",
    size_bytes: 4 << 30,
    allocated_bytes: 1 << 30,
    free_bytes: 3 << 30,
    capacity_percent: 25,
    fragmentation_percent: 3,
    is_suspended: false,
    read_errors: 0,
    write_errors: 0,
    checksum_errors: 0,
    data_errors: 0,
    status: null,
    message_code: null,
    scan: null,
    removal: null,
    expansion: null,
    checkpoint: null,
    devices: RAIDZ,
    ...given,
  };
}

export function dataset(key: string, given: Partial<Dataset> = {}): Dataset {
  return {
    key,
    name: key,
    pool: key.split("/")[0] ?? key,
    node: "one",
    kind: "filesystem",
    used_bytes: 10 << 20,
    available_bytes: 1 << 30,
    referenced_bytes: 10 << 20,
    mountpoint: `/${key}`,
    created_at: "2026-01-01T00:00:00Z",
    origin: null,
    size_bytes: null,
    ...given,
  };
}

export function snapshot(key: string, order: number, given: Partial<Snapshot> = {}): Snapshot {
  const name = key.split("@")[0] ?? key;
  return {
    key,
    name: key,
    dataset: name,
    pool: name.split("/")[0] ?? name,
    node: "one",
    guid: `guid-${order}`,
    order,
    used_bytes: 4096,
    referenced_bytes: 10 << 20,
    created_at: new Date(Date.UTC(2026, 0, 1, 0, order)).toISOString(),
    holds: 0,
    clones: [],
    task: null,
    is_protected: false,
    protected_until: null,
    ...given,
  };
}

export function disk(given: Partial<Disk["smart"]> = {}): Disk {
  return {
    key: "/dev/sda",
    path: "/dev/sda",
    device: "sda",
    node: "one",
    size_bytes: 4e12,
    model: "WD Red",
    serial: "WX1",
    transport: "sata",
    is_rotational: true,
    is_readonly: false,
    can_discard: false,
    pool: "tank",
    in_use: [],
    holds: [],
    aliases: [],
    smart: { health: "passed", reason: null, temperature_c: 38, power_on_hours: 8760, ...given },
  };
}

export function schedule(
  type: string,
  params: Record<string, unknown>,
  given: Partial<Schedule> = {},
): Schedule {
  return {
    id: "019c0000-0000-7000-8000-000000000001",
    name: "Nightly",
    type,
    params,
    enabled: true,
    node: null,
    retention: null,
    ...given,
  } as Schedule;
}

export function replicationJob(id: string, given: Partial<Job> = {}): Job {
  return {
    ...jobAt(1),
    id,
    type: "storage.replication_run",
    params: { source: "tank/home", target: "vault/home", direction: "local", remote: null },
    ...given,
  };
}
