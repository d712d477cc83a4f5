import { describe, expect, it } from "vitest";

import { jobAt } from "@/jobs/fixtures";
import { fitsState } from "@/jobs/filters";
import { type JobList, withHead, withJob, withOlder } from "@/jobs/merging";

function list(numbers: number[], nextCursor: string | null = "further"): JobList {
  return { items: numbers.map((number) => jobAt(number)), nextCursor };
}

/** Jobs by their numbers, and the seconds at which they ended. */
function ended(...jobs: [number, number][]): JobList {
  const items = jobs.map(([number, at]) => ({
    ...jobAt(number),
    finished_at: jobAt(at).created_at,
  }));
  return { items, nextCursor: "further" };
}

function numbers({ items }: JobList): number[] {
  return items.map((job) => Number(job.title.slice(4)));
}

describe("a fresh first page on a list that reaches back", () => {
  it("brings what is new and keeps what is older", () => {
    const merged = withHead(list([5, 4, 3, 2, 1], "old"), list([7, 6, 5, 4]));
    expect(numbers(merged)).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect(merged.nextCursor).toBe("old");
  });

  it("drops what should be in it and is not", () => {
    expect(numbers(withHead(list([5, 4, 3, 2]), list([6, 5, 3])))).toEqual([6, 5, 3, 2]);
  });

  it("stands alone when it does not reach what is known: something may be missing between", () => {
    const merged = withHead(list([3, 2, 1], "old"), list([9, 8, 7], "new"));
    expect(numbers(merged)).toEqual([9, 8, 7]);
    expect(merged.nextCursor).toBe("new");
  });

  it("keeps to the order of the list", () => {
    const merged = withHead(list([1, 2, 3, 4], "on"), list([1, 2]), "created_at");
    expect(numbers(merged)).toEqual([1, 2, 3, 4]);
  });

  it("keeps what ended earlier, whenever it was made", () => {
    const known = ended([1, 8], [5, 7], [4, 6]);
    const merged = withHead(known, ended([2, 9], [1, 8]), "-finished_at");
    expect(numbers(merged)).toEqual([2, 1, 5, 4]);
  });

  it("is all there is when it has no next", () => {
    expect(numbers(withHead(list([5, 4, 3]), list([5], null)))).toEqual([5]);
  });

  it("goes on after itself when nothing older was known", () => {
    expect(withHead(list([5, 4], "old"), list([6, 5, 4, 3], "new")).nextCursor).toBe("new");
  });
});

it("puts a page behind, what both have only once", () => {
  const longer = withOlder(list([5, 4]), list([4, 3], null));
  expect(numbers(longer)).toEqual([5, 4, 3]);
  expect(longer.nextCursor).toBeNull();
});

describe("a job that has changed", () => {
  const changed = { ...jobAt(4), state: "failed" as const };

  it("takes its place", () => {
    expect(withJob(list([5, 4, 3]), changed, () => true).items[1]?.state).toBe("failed");
  });

  it("goes when it does not fit any more", () => {
    const fits = fitsState({ state: ["succeeded"] });
    expect(numbers(withJob(list([5, 4, 3]), changed, fits))).toEqual([5, 3]);
  });

  it("changes nothing where it is not listed", () => {
    const before = list([5, 3]);
    expect(withJob(before, changed, () => true)).toBe(before);
  });
});
