import { expect, it } from "vitest";

import { concerns } from "@/storage/concerning";

type Lock = Parameters<typeof concerns>[0]["locks"][number];

const holding = (path: string, mode: Lock["mode"]) => ({ locks: [{ path, mode }], params: {} });

it("finds jobs that hold the dataset or its snapshots", () => {
  expect(concerns(holding("storage/tank/home", "present"), "tank/home")).toBe(true);
  expect(concerns(holding("snapshots/tank/home", "exclusive"), "tank/home")).toBe(true);
  expect(concerns(holding("storage/tank/homely", "exclusive"), "tank/home")).toBe(false);
});

it("finds who locks something above it, and not who is only present there", () => {
  expect(concerns(holding("storage/tank", "exclusive"), "tank/home")).toBe(true);
  expect(concerns(holding("storage/tank", "present"), "tank/home")).toBe(false);
});

it("finds jobs that wait for the dataset by their parameters", () => {
  const asked = (params: Record<string, unknown>) => ({ locks: [], params });
  expect(concerns(asked({ target: "tank/home" }), "tank/home")).toBe(true);
  expect(concerns(asked({ snapshot: "tank/home@one" }), "tank/home")).toBe(true);
  expect(concerns(asked({ dataset: "tank" }), "tank/home")).toBe(false);
});
