/** Datasets as a tree: which lines are seen, and where the arrow keys lead. Pure. */
import type { Dataset } from "@/storage/rows";

export interface Line {
  /** Node and name: the same name may be on two nodes. */
  id: string;
  parent: string | null;
  dataset: Dataset;
  /** The last part of its name; the whole of it where its parent is not there. */
  label: string;
  /** From 1. */
  level: number;
  place: number;
  siblings: number;
  hasChildren: boolean;
  isExpanded: boolean;
}

interface Branch {
  id: string;
  dataset: Dataset;
  children: Branch[];
}

export function idOf(dataset: Pick<Dataset, "node" | "key">): string {
  return `${dataset.node} ${dataset.key}`;
}

/** Children hang on the nearest dataset above that is there. */
export function branchesOf(datasets: readonly Dataset[]): Branch[] {
  const all = new Map<string, Branch>();
  const tops: Branch[] = [];
  for (const dataset of datasets.toSorted(byName)) {
    const branch = { id: idOf(dataset), dataset, children: [] };
    all.set(branch.id, branch);
    const above = ancestorsOf(dataset.key).find((name) => all.has(`${dataset.node} ${name}`));
    const siblings = above === undefined ? tops : all.get(`${dataset.node} ${above}`)?.children;
    siblings?.push(branch);
  }
  return tops;
}

// One for all: to make it anew for each comparison takes seconds for 2,000 datasets.
const { compare } = new Intl.Collator("en", { numeric: true });

/** By parts, so that tank/a-b does not come between tank/a and tank/a/c. */
function byName(a: Dataset, b: Dataset): number {
  return compare(a.node, b.node) || compareParts(a.key.split("/"), b.key.split("/"));
}

function compareParts(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    const order = compare(a[at] ?? "", b[at] ?? "");
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Names above, the nearest first: tank/a of tank/a/b, then tank. */
function ancestorsOf(name: string): string[] {
  const parts = name.split("/");
  return parts.slice(1).map((_, at) => parts.slice(0, parts.length - 1 - at).join("/"));
}

/** The lines to show. With a text only what holds it and what is above, all of it open. */
export function linesOf(
  datasets: readonly Dataset[],
  expanded: ReadonlySet<string>,
  sought = "",
): Line[] {
  const wanted = sought.trim().toLowerCase();
  const lines: Line[] = [];
  const add = (branches: readonly Branch[], parent: Branch | null, level: number) => {
    const shown = wanted === "" ? branches : branches.filter((one) => holds(one, wanted));
    shown.forEach((branch, at) => {
      const isExpanded = branch.children.length > 0 && (wanted !== "" || expanded.has(branch.id));
      lines.push({
        id: branch.id,
        parent: parent?.id ?? null,
        dataset: branch.dataset,
        label: labelOf(branch, parent),
        level,
        place: at + 1,
        siblings: shown.length,
        hasChildren: branch.children.length > 0,
        isExpanded,
      });
      if (isExpanded) add(branch.children, branch, level + 1);
    });
  };
  add(branchesOf(datasets), null, 1);
  return lines;
}

function holds(branch: Branch, wanted: string): boolean {
  return (
    branch.dataset.key.toLowerCase().includes(wanted) ||
    branch.children.some((child) => holds(child, wanted))
  );
}

function labelOf(branch: Branch, parent: Branch | null): string {
  const { key } = branch.dataset;
  return parent === null ? key : key.slice(parent.dataset.key.length + 1);
}

export interface Move {
  /** The line the focus goes to. */
  focus: number;
  /** The line to open or close first. */
  toggle?: string;
}

/** Where a key leads from a line, as in every treegrid; null: it is not one of ours. */
export function move(lines: readonly Line[], at: number, key: string): Move | null {
  const line = lines[at];
  if (line === undefined) return null;
  const to = (focus: number) => ({ focus: Math.max(0, Math.min(lines.length - 1, focus)) });
  switch (key) {
    case "ArrowDown":
      return to(at + 1);
    case "ArrowUp":
      return to(at - 1);
    case "Home":
      return to(0);
    case "End":
      return to(lines.length - 1);
    case "ArrowRight":
      if (!line.hasChildren) return to(at);
      return line.isExpanded ? to(at + 1) : { focus: at, toggle: line.id };
    case "ArrowLeft":
      if (line.isExpanded) return { focus: at, toggle: line.id };
      return to(line.parent === null ? at : lines.findIndex(({ id }) => id === line.parent));
    default:
      return null;
  }
}
