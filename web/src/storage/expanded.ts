/** Which lines of the tree are open: of this tab, and still so after a reload. */
import { useCallback, useState } from "react";

const KEPT_AS = "calypso.storage.expanded";

/** Open are those kept; at the first visit the ones given. */
export function useExpanded(first: readonly string[]) {
  const [kept, setKept] = useState(readKept);
  const expanded = new Set(kept ?? first);
  const toggle = useCallback(
    (id: string) =>
      setKept((known) => {
        const next = toggled(known ?? first, id);
        sessionStorage.setItem(KEPT_AS, JSON.stringify(next));
        return next;
      }),
    [first],
  );
  return [expanded, toggle] as const;
}

export function toggled(ids: readonly string[], id: string): string[] {
  return ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id];
}

function readKept(): string[] | null {
  return keptOf(sessionStorage.getItem(KEPT_AS));
}

/** What was kept; null for nothing, and for what cannot be read. */
export function keptOf(text: string | null): string[] | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter((one) => typeof one === "string") : null;
  } catch {
    return null;
  }
}
