import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { api } from "@/api/client";
import { canFixate, fixate } from "@/schedules/fixate";
import { schedule } from "@/schedules/fixtures";

const SNAPSHOTS = { type: "storage.snapshot_create" };

function answers(...states: string[]) {
  const jobs = states.map((state) => ({ id: "17", state, error: null }));
  const next = () =>
    Promise.resolve({ data: jobs.shift(), response: new Response(null, { status: 200 }) });
  const post = vi.spyOn(api, "POST").mockImplementation(next as never);
  const get = vi.spyOn(api, "GET").mockImplementation(next as never);
  return { post, get };
}

describe("what was taken is kept as long as was said", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it("where a date is theirs", () => {
    expect(canFixate(schedule({ ...SNAPSHOTS, retention: { lifetime: "P7D" } }))).toBe(true);
    expect(canFixate(schedule({ ...SNAPSHOTS, retention: { keep_daily: 7 } }))).toBe(false);
    expect(canFixate(schedule({ ...SNAPSHOTS, retention: null }))).toBe(false);
  });

  it("by a job on the node of its schedule, which is waited for", async () => {
    const { post, get } = answers("queued", "running", "succeeded");
    const done = fixate(schedule({ ...SNAPSHOTS, id: "s1", node: "one" }));
    await vi.runAllTimersAsync();
    await done;
    const [, asked] = post.mock.calls[0] as unknown as [string, { body: unknown }];
    expect(asked.body).toEqual({
      type: "storage.snapshot_fixate",
      params: { task: "s1" },
      node: "one",
    });
    expect(get).toHaveBeenCalledTimes(2);
  });

  it("also when a look fails meanwhile", async () => {
    const { get } = answers("queued", "succeeded");
    get.mockImplementationOnce(() => Promise.reject(new TypeError("gone")));
    const done = fixate(schedule(SNAPSHOTS));
    await vi.runAllTimersAsync();
    await done;
    expect(get).toHaveBeenCalledTimes(2);
  });

  it("or nothing is saved", async () => {
    answers("queued", "failed");
    const refused = expect(fixate(schedule(SNAPSHOTS))).rejects.toThrow();
    await vi.runAllTimersAsync();
    await refused;
  });
});
