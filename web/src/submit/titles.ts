import { title as capital } from "@/format/words";
import { FIELD_TITLES } from "@/text/en/submit";

/** Units that the control itself shows. */
const UNITS = /_(bytes_per_s|bytes|s)$/;

/** A field's name as people say it: "rate_bytes_per_s" → "Rate", "is_online" → "Online". */
export function titleOf(name: string): string {
  const known = FIELD_TITLES[name];
  if (known !== undefined) return known;
  return capital(name.replace(UNITS, "").replace(/^is_/, ""));
}

/** One of several: "vdevs" → "vdev". */
export function singular(name: string): string {
  return name.endsWith("s") ? name.slice(0, -1) : name;
}

/** A value of an enumeration as people say it: "virtual_full" → "Virtual full". */
export function valueTitle(value: unknown): string {
  const text = String(value);
  return /^[a-z]+\d+$/.test(text) ? text : capital(text);
}
