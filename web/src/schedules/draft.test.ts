import { describe, expect, it } from "vitest";

import { Problem } from "@/api/problem";
import {
  differences,
  draftOf,
  emptyDraft,
  faultsAt,
  isPlaced,
  specOf,
  wholeFaults,
} from "@/schedules/draft";
import { schedule } from "@/schedules/fixtures";

describe("a draft", () => {
  it("sends what people write of a schedule, and nothing that is kept about it", () => {
    const spec = specOf(draftOf(schedule()));

    expect(Object.keys(spec)).not.toContain("id");
    expect(spec).toMatchObject({ name: "Nightly", cron: "30 2 * * *", tz: "Europe/Vienna" });
  });

  it("sends no blanks around a name and no empty policy", () => {
    const spec = specOf({ ...emptyDraft("UTC"), name: " Nightly ", retention: { keep_daily: 0 } });

    expect(spec.name).toBe("Nightly");
    expect(spec.retention).toBeNull();
  });

  it("differs only where it means something else", () => {
    const saved = draftOf(schedule({ retention: { keep_daily: 7, keep_last: null } }));
    const mine = {
      ...saved,
      params: { recursive: false, dataset: "tank/home" },
      retention: { keep_daily: 7 },
    };

    expect(differences(saved, mine)).toEqual([]);
    expect(differences(saved, { ...mine, tz: "UTC", name: "Hourly" })).toEqual(["name", "tz"]);
  });
});

describe("a refusal", () => {
  const refused = (...pointers: string[]) =>
    new Problem({
      status: 422,
      errors: pointers.map((pointer) => ({ pointer, code: "x", message: `wrong ${pointer}` })),
    });

  it("stands at the field that it names, also from beneath it", () => {
    const told = faultsAt(refused("/params/dataset", "/cron"), "params");

    expect(told.map((fault) => fault.pointer)).toEqual(["/params/dataset"]);
    expect(faultsAt(refused("/cronies"), "cron")).toEqual([]);
    expect(faultsAt(new Error("no"), "cron")).toEqual([]);
  });

  it("is told as a whole where a fault has no field", () => {
    expect(isPlaced(refused("/cron", "/params/x"))).toBe(true);
    expect(isPlaced(refused("/cron", ""))).toBe(false);
    expect(isPlaced(refused())).toBe(false);
    expect(wholeFaults(refused("/cron", ""))).toEqual(["wrong "]);
  });
});
