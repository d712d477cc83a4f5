/** The lines of a log; its end may be that of a line or in the middle of one. */
export function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** The lines that hold a text, whatever its case; all of them for none. */
export function fitting(lines: readonly string[], sought: string): readonly string[] {
  if (sought === "") return lines;
  const wanted = sought.toLowerCase();
  return lines.filter((line) => line.toLowerCase().includes(wanted));
}
