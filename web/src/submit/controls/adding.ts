/** A list with what was typed or pasted, a line each; nothing is in it twice. */
export function added(values: readonly string[], typed: string): string[] {
  const lines = typed.split("\n").map((line) => line.trim());
  return [...new Set([...values, ...lines.filter((line) => line !== "")])];
}

export type Entry = [name: string, value: unknown];

/** Entries as they are edited become a map; unfinished ones are not in it. */
export function mapOf(entries: readonly Entry[]): Record<string, unknown> | undefined {
  const finished = entries.filter(([name, value]) => name !== "" && value !== undefined);
  return finished.length === 0 ? undefined : Object.fromEntries(finished);
}
