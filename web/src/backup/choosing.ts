/**
 * Which files and folders of a backup are to be restored. A folder's path ends with a slash and
 * stands for all that is below it, so nothing below a chosen folder is kept beside it.
 */
export type Chosen = readonly string[];

export type Mark = "chosen" | "within" | "partly" | "none";

/** How a path stands to what is chosen; "within": a folder above it is chosen. */
export function markOf(chosen: Chosen, path: string): Mark {
  if (chosen.includes(path)) return "chosen";
  if (chosen.some((one) => one.endsWith("/") && path.startsWith(one))) return "within";
  if (path.endsWith("/") && chosen.some((one) => one.startsWith(path))) return "partly";
  return "none";
}

/** Choose a path, or let go of it; what lies within a chosen folder goes with the folder only. */
export function toggled(chosen: Chosen, path: string): Chosen {
  const mark = markOf(chosen, path);
  if (mark === "within") return chosen;
  if (mark === "chosen") return chosen.filter((one) => one !== path);
  const beside = path.endsWith("/") ? chosen.filter((one) => !one.startsWith(path)) : chosen;
  return [...beside, path].toSorted();
}

export interface Crumb {
  name: string;
  path: string;
}

/** The folders on the way to a path, the root first: "/a/b/" → "/", "a", "b". */
export function crumbsOf(path: string): Crumb[] {
  const names = path.split("/").filter(Boolean);
  return [
    { name: "/", path: "/" },
    ...names.map((name, at) => ({ name, path: `/${names.slice(0, at + 1).join("/")}/` })),
  ];
}
