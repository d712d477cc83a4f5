/** What lies directly in a folder of an archive, out of lists that hold all that is below it. */
import type { components } from "@/api/types";

export type ArchiveFile = components["schemas"]["ArchiveFile"];

export interface Entry {
  path: string;
  /** The last part of the path. */
  name: string;
  isFolder: boolean;
  /** Of a folder that has no entry of its own in the archive: null. */
  file: ArchiveFile | null;
  cartridges: string[];
}

/** The folders and files of one folder, folders first; a folder may show only by what is in it. */
export function entriesOf(folder: string, files: readonly ArchiveFile[]): Entry[] {
  const entries = new Map<string, Entry>();
  const front = folder === "" ? "" : `${folder}/`;
  for (const file of files) {
    const whole = plain(file.path);
    if (whole === folder || !whole.startsWith(front)) continue;
    const [name = ""] = whole.slice(front.length).split("/");
    if (name === "" || name === ".") continue;
    const path = front + name;
    const entry = entries.get(path) ?? newEntry(path, name);
    entries.set(path, merged(entry, file, whole === path));
  }
  return [...entries.values()].toSorted(
    (a, b) => Number(b.isFolder) - Number(a.isFolder) || a.name.localeCompare(b.name),
  );
}

function newEntry(path: string, name: string): Entry {
  return { path, name, isFolder: false, file: null, cartridges: [] };
}

function merged(entry: Entry, file: ArchiveFile, isItself: boolean): Entry {
  const cartridges = [...new Set([...entry.cartridges, ...file.cartridges])];
  const isFolder = entry.isFolder || !isItself || file.kind === "folder";
  return { ...entry, cartridges, isFolder, file: isItself ? file : entry.file };
}

function plain(path: string): string {
  return path.replace(/^\.\//, "").replace(/\/$/, "");
}

/** The way to a folder: every folder above it, then itself. */
export function crumbsOf(folder: string): { path: string; name: string }[] {
  const names = folder === "" ? [] : folder.split("/");
  return names.map((name, at) => ({ name, path: names.slice(0, at + 1).join("/") }));
}

/** Choose or unchoose a path; a folder stands for all below it, so those are not named again. */
export function toggled(chosen: readonly string[], path: string): string[] {
  if (chosen.includes(path)) return chosen.filter((one) => one !== path);
  return [...chosen.filter((one) => !one.startsWith(`${path}/`)), path];
}

/** Whether a path is restored with a folder above it. */
export function isWithin(chosen: readonly string[], path: string): boolean {
  return chosen.some((one) => path.startsWith(`${one}/`));
}
