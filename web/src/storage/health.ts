/** How well pools, devices and disks are: a word for it and its tone. */
import type { Device, Disk, Pool } from "@/storage/rows";
import type { Tone } from "@/ui/badge";

export type HealthWord =
  | "suspended"
  | "healthy"
  | "errors"
  | "degraded"
  | "faulted"
  | "unavailable"
  | "removed"
  | "offline"
  | "unknown";

export interface Health {
  word: HealthWord;
  tone: Tone;
}

const BY_STATE: Record<string, Health> = {
  DEGRADED: { word: "degraded", tone: "warn" },
  FAULTED: { word: "faulted", tone: "bad" },
  UNAVAIL: { word: "unavailable", tone: "bad" },
  REMOVED: { word: "removed", tone: "bad" },
  OFFLINE: { word: "offline", tone: "bad" },
};

/** Suspended counts before all: nothing that is written to it ends. */
export function healthOf(pool: Pool): Health {
  if (pool.is_suspended || pool.health === "SUSPENDED") return { word: "suspended", tone: "bad" };
  if (pool.health !== "ONLINE") return BY_STATE[pool.health] ?? { word: "unknown", tone: "warn" };
  if (pool.data_errors > 0) return { word: "errors", tone: "bad" };
  return errorsOf(pool) > 0 ? { word: "errors", tone: "warn" } : { word: "healthy", tone: "ok" };
}

interface Counted {
  read_errors: number;
  write_errors: number;
  checksum_errors: number;
}

export function errorsOf(one: Counted): number {
  return one.read_errors + one.write_errors + one.checksum_errors;
}

const DEVICE_TONES: Record<string, Tone> = {
  ONLINE: "ok",
  AVAIL: "plain",
  INUSE: "info",
  DEGRADED: "warn",
  OFFLINE: "warn",
};

/** The tone of a device by its state; one that is fine but made errors is no longer fine. */
export function deviceTone(device: Device): Tone {
  const tone = DEVICE_TONES[device.state] ?? "bad";
  return tone === "ok" && errorsOf(device) > 0 ? "warn" : tone;
}

const NEARLY = 80;
const FULL = 90;

/** ZFS slows down when a pool is nearly full, and beyond that it breaks things up for good. */
export function fullness(percent: number): "ok" | "warn" | "bad" {
  if (percent >= FULL) return "bad";
  return percent >= NEARLY ? "warn" : "ok";
}

const HOT_C = 55;

export function isHot(disk: Disk): boolean {
  return (disk.smart.temperature_c ?? 0) >= HOT_C;
}

export function smartTone(disk: Disk): Tone {
  if (disk.smart.health === "failed") return "bad";
  if (isHot(disk)) return "warn";
  return disk.smart.health === "passed" ? "ok" : "plain";
}
