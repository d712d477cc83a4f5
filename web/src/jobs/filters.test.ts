import { expect, it } from "vitest";

import { filtersOf, searchOf } from "@/jobs/filters";

it("goes through an address and comes back", () => {
  const filters = {
    state: ["running" as const, "failed" as const],
    type: ["tape.scan"],
    q: "home",
    sort: "-finished_at" as const,
  };
  expect(filtersOf(searchOf(filters))).toEqual(filters);
});

it("leaves out what makes no sense", () => {
  const search = new URLSearchParams("state=nonsense&state=lost&type=&colour=red&q=&sort=title");
  expect(filtersOf(search)).toEqual({ state: ["lost"] });
});

it("has one address for filters that are equal", () => {
  const one = searchOf(filtersOf(new URLSearchParams("q=a&state=lost&state=waiting")));
  const other = searchOf(filtersOf(new URLSearchParams("state=waiting&state=lost&q=a")));
  expect(one.toString()).toBe(other.toString());
});
