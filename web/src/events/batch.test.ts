import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { Batch } from "@/events/batch";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("acts once for what came within its time, and again for what came after", () => {
  const acted: string[][] = [];
  const batch = new Batch<string>((all) => acted.push(all), 500);

  batch.add("a");
  batch.add("b");
  batch.add("a");
  vi.advanceTimersByTime(500);
  batch.add("c");
  vi.advanceTimersByTime(500);

  expect(acted).toEqual([["a", "b"], ["c"]]);
});
