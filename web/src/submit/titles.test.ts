import { expect, it } from "vitest";

import { singular, titleOf, valueTitle } from "@/submit/titles";

it.each([
  ["dataset", "Dataset"],
  ["naming_schema", "Naming schema"],
  ["rate_bytes_per_s", "Rate"],
  ["max_volume_bytes", "Max volume"],
  ["stall_s", "Stall"],
  ["is_online", "Online"],
  ["one_fs", "Stay in one filesystem"],
  ["ie_slots", "Import/export slots"],
])("says %s as %s", (name, title) => {
  expect(titleOf(name)).toBe(title);
});

it("says one of several", () => {
  expect(singular("vdevs")).toBe("vdev");
  expect(singular("exclude")).toBe("exclude");
});

it("leaves the products' own words as they are", () => {
  expect(valueTitle("virtual_full")).toBe("Virtual full");
  expect(valueTitle("raidz1")).toBe("raidz1");
});
