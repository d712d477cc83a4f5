const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] as const;

/** A size for people, in binary units: 1536 → "1.5 KiB". Three digits at most are worth reading. */
export function bytes(size: number): string {
  let value = Math.abs(size);
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  // 1023.6 KiB rounds to 1024: that is 1 MiB.
  if (Math.round(value) === 1024 && unit < UNITS.length - 1) {
    value = 1;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  const text = String(Number(value.toFixed(digits)));
  return `${size < 0 ? "−" : ""}${text} ${UNITS[unit] ?? "B"}`;
}

/** A speed for people: "12 MiB/s". */
export function rate(bytesPerS: number): string {
  return `${bytes(bytesPerS)}/s`;
}

/** An amount of whatever a job counts; bytes as bytes, all else as grouped numbers. */
export function amount(value: number, unit: string | null): string {
  if (unit === "bytes") return bytes(value);
  const number = new Intl.NumberFormat("en").format(Math.round(value));
  return unit === null ? number : `${number} ${unit}`;
}
