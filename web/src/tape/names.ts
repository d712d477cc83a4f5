/** How places and cartridges are called in sentences. */
import { t } from "i18next";

import type { Cell, Held } from "@/tape/model";
import type { MediaRow } from "@/tape/rows";

export function placeName(cell: Pick<Cell, "kind" | "number" | "drive">): string {
  const { kind, number, drive } = cell;
  if (kind !== "drive") return t(`tape.place.${kind}`, { number });
  if (drive === null) return t("tape.place.driveBare", { number });
  return t("tape.place.drive", { number, serial: drive.serial });
}

export function barcodeOf(held: Pick<Held, "barcode"> | null): string {
  return held?.barcode ?? t("tape.noLabel");
}

/** Where a cartridge is: a place of a library, a vault, or nobody knows. */
export function whereOf(media: Pick<MediaRow, "library" | "element" | "number" | "vault">): string {
  const { library, element, number, vault } = media;
  if (vault !== null && library === null) return t("tape.whereVault", { vault });
  if (library === null || element === null || number === null) return t("tape.nowhere");
  const place =
    element === "drive" || element === "robot"
      ? t("tape.place.driveBare", { number })
      : t(`tape.place.${element}`, { number });
  const where = t("tape.whereIn", { library, place });
  return vault === null ? where : t("tape.whereBound", { where, vault });
}
