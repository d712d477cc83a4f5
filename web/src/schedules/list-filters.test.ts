import { describe, expect, it } from "vitest";

import { schedule } from "@/schedules/fixtures";
import { filtersOf, fits, searchOf, targetOf } from "@/schedules/list-filters";

describe("the filters of the list", () => {
  it("come back from their address", () => {
    const filters = { q: "home", type: "storage.pool_scrub", is: "off" } as const;

    expect(filtersOf(searchOf(filters))).toEqual(filters);
  });

  it("leave out what makes no sense in an address", () => {
    expect(filtersOf(new URLSearchParams("is=maybe&q=&x=1"))).toEqual({});
  });

  it("look for a text in the name, the type and what it is for", () => {
    expect(fits({ q: "NIGHT" }, schedule())).toBe(true);
    expect(fits({ q: "snapshot" }, schedule())).toBe(true);
    expect(fits({ q: "tank/home" }, schedule())).toBe(true);
    expect(fits({ q: "scrub" }, schedule())).toBe(false);
  });

  it("tell what is on, off and in trouble", () => {
    const trouble = { slot: "2026-11-27T02:00:00Z", reason: "missed", detail: "Missed." };

    expect(fits({ is: "on" }, schedule())).toBe(true);
    expect(fits({ is: "off" }, schedule())).toBe(false);
    expect(fits({ is: "trouble" }, schedule())).toBe(false);
    expect(fits({ is: "trouble" }, schedule({ trouble }))).toBe(true);
    expect(fits({ type: "storage.pool_scrub" }, schedule())).toBe(false);
  });
});

describe("what a schedule is for", () => {
  it("is the most telling of its parameters", () => {
    expect(targetOf({ recursive: true, pool: "tank", dataset: "tank/home" })).toBe("tank/home");
    expect(targetOf({ director: "main", client: "web-fd" })).toBe("web-fd");
  });

  it("is the only word there is, or nothing", () => {
    expect(targetOf({ thing: "x", seconds: 1 })).toBe("x");
    expect(targetOf({ thing: "x", other: "y" })).toBe("");
    expect(targetOf({ seconds: 1 })).toBe("");
  });
});
