import { describe, expect, it } from "vitest";

import type { JobTypeInfo } from "@/api/types";
import { sensible, takingSeveral } from "@/tape/prefill";

function type(name: string, properties: Record<string, object> = {}): JobTypeInfo {
  return { name, params_schema: { properties } } as unknown as JobTypeInfo;
}

const LIBRARY = { "x-choices": "tape/libraries" };
const MEDIA = { "x-choices": "tape/media" };

describe("jobs that make sense", () => {
  const all = [
    "tape.changer_load",
    "tape.changer_export",
    "tape.drive_clean",
    "tape.media_erase",
    "tape.vtl_media_edit",
  ].map((name) => ({ type: name, params: {} }));
  const names = (now: Parameters<typeof sensible>[1]) => sensible(all, now).map((one) => one.type);

  it("are none of a virtual library where the library is real", () => {
    expect(names({ isVirtual: false })).not.toContain("tape.vtl_media_edit");
    expect(names({ isVirtual: true })).toContain("tape.vtl_media_edit");
  });

  it("put no data on a cleaning cartridge, and clean with no other", () => {
    expect(names({ isVirtual: true, kind: "cleaning" })).toEqual([
      "tape.changer_export",
      "tape.drive_clean",
      "tape.vtl_media_edit",
    ]);
    expect(names({ isVirtual: true, kind: "data" })).not.toContain("tape.drive_clean");
  });
});

it("offers for several cartridges only what takes a list of them", () => {
  const assign = type("tape.media_assign", { cartridges: { type: "array", ...MEDIA } });
  const hand = type("tape.vault_export", {
    library: LIBRARY,
    cartridges: { type: "array", ...MEDIA },
  });
  const load = type("tape.changer_load", { library: LIBRARY, cartridge: MEDIA });
  expect(takingSeveral([assign, hand, load], ["A", "B"], "shelf")).toEqual([
    { type: "tape.media_assign", params: { cartridges: ["A", "B"] } },
    { type: "tape.vault_export", params: { library: "shelf", cartridges: ["A", "B"] } },
  ]);
});
