import type { TFunction } from "i18next";

import type { Fate } from "@/storage/fates";

/** Why a snapshot stays or goes: in the API's words, or in ours where no policy speaks. */
export function fateWhy(fate: Fate, t: TFunction): string {
  if (fate.reason === "unowned" || fate.reason === "for_ever")
    return t(`storage.fate.${fate.reason}`);
  return fate.detail ?? fate.reason;
}

/** What becomes of it, and why, in one line. */
export function fateSaid(fate: Fate, t: TFunction): string {
  const verdict = t(fate.keep ? "storage.fate.keeps" : "storage.fate.goes");
  return `${verdict}: ${fateWhy(fate, t)}`;
}
