const TAGS = ["bg-tag-1", "bg-tag-2", "bg-tag-3", "bg-tag-4", "bg-tag-5", "bg-tag-6"] as const;

/** A colour for one of some names: all differ as long as colours last. The name stands beside it. */
export function tagOf(name: string, names: readonly string[]): string | undefined {
  const at = [...new Set(names)].toSorted((a, b) => a.localeCompare(b)).indexOf(name);
  return TAGS[at % TAGS.length];
}
