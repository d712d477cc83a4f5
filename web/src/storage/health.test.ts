import { describe, expect, it } from "vitest";

import { device, disk, pool } from "@/storage/fixtures";
import { deviceTone, fullness, healthOf, smartTone } from "@/storage/health";

describe("a pool", () => {
  it("that is suspended says so before anything else", () => {
    expect(healthOf(pool({ is_suspended: true, health: "ONLINE" }))).toEqual({
      word: "suspended",
      tone: "bad",
    });
  });

  it.each([
    ["DEGRADED", "degraded", "warn"],
    ["FAULTED", "faulted", "bad"],
    ["UNAVAIL", "unavailable", "bad"],
    ["SOMETHING", "unknown", "warn"],
  ])("in state %s is %s", (health, word, tone) => {
    expect(healthOf(pool({ health }))).toEqual({ word, tone });
  });

  it("that is online with errors is not healthy, and with lost data it is bad", () => {
    expect(healthOf(pool({ checksum_errors: 1 }))).toEqual({ word: "errors", tone: "warn" });
    expect(healthOf(pool({ data_errors: 1 }))).toEqual({ word: "errors", tone: "bad" });
    expect(healthOf(pool())).toEqual({ word: "healthy", tone: "ok" });
  });
});

it("warns of a device that works and made errors", () => {
  expect(deviceTone(device("sda", { checksum_errors: 1 }))).toBe("warn");
  expect(deviceTone(device("sda"))).toBe("ok");
  expect(deviceTone(device("sda", { state: "REMOVED" }))).toBe("bad");
});

it("marks a pool at 80 and at 90 percent", () => {
  expect([79.9, 80, 89.9, 90].map(fullness)).toEqual(["ok", "warn", "warn", "bad"]);
});

it("does not call a disk good that says nothing about itself, nor one that is hot", () => {
  expect(smartTone(disk({ health: "unknown", temperature_c: null }))).toBe("plain");
  expect(smartTone(disk({ temperature_c: 56 }))).toBe("warn");
  expect(smartTone(disk({ health: "failed", temperature_c: 56 }))).toBe("bad");
  expect(smartTone(disk())).toBe("ok");
});
