/** Replications: what goes where, how it went, and how far the target is behind. Pure. */
import type { Job, Schedule } from "@/api/types";
import { REPLICATIONS } from "@/storage/covering";
import type { Snapshot } from "@/storage/rows";

export interface Link {
  id: string;
  source: string;
  target: string;
  direction: "local" | "push" | "pull";
  /** The other machine; null: both ends are here. */
  host: string | null;
  node: string | null;
  recursive: boolean;
  schedule: Schedule | null;
  /** What would start it once more, of the schedule or the last job. */
  params: Record<string, unknown>;
  running: Job | null;
  success: Job | null;
  /** The last one, where none succeeded since. */
  failure: Job | null;
}

/** One for each pair of ends, of schedules and of jobs; `jobs`: the newest first. */
export function linksOf(schedules: readonly Schedule[], jobs: readonly Job[]): Link[] {
  const links = new Map<string, Link>();
  for (const schedule of schedules) {
    if (schedule.type !== REPLICATIONS) continue;
    const link = linkOf(schedule.params, schedule.node, schedule);
    const known = links.get(link.id);
    if (known?.schedule?.enabled !== true) links.set(link.id, link);
  }
  for (const job of jobs) {
    if (job.type !== REPLICATIONS) continue;
    const link = linkOf(job.params, job.node, null);
    const known = links.get(link.id) ?? links.get(withoutNode(link)) ?? link;
    links.set(known.id, withJob(known, job));
  }
  return [...links.values()].toSorted((a, b) => a.source.localeCompare(b.source));
}

function linkOf(
  params: Record<string, unknown>,
  node: string | null,
  schedule: Schedule | null,
): Link {
  const source = String(params.source);
  const target = String(params.target);
  const direction = directionOf(params);
  const host = hostOf(params.remote);
  return {
    id: idOf([node, direction, host, source, target]),
    source,
    target,
    direction,
    host,
    node,
    recursive: params.recursive === true,
    schedule,
    params,
    running: null,
    success: null,
    failure: null,
  };
}

function idOf(parts: readonly (string | null)[]): string {
  return parts.map((part) => part ?? "").join(" ");
}

/** A schedule need not name its node; its jobs always do. */
function withoutNode(link: Link): string {
  return idOf([null, link.direction, link.host, link.source, link.target]);
}

function directionOf(params: Record<string, unknown>): Link["direction"] {
  return params.direction === "push" || params.direction === "pull" ? params.direction : "local";
}

function hostOf(remote: unknown): string | null {
  if (typeof remote !== "object" || remote === null || !("host" in remote)) return null;
  return typeof remote.host === "string" ? remote.host : null;
}

/** Jobs come newest first: what is known already is newer. */
function withJob(link: Link, job: Job): Link {
  if (job.finished_at === null) return link.running === null ? { ...link, running: job } : link;
  if (job.state === "succeeded") return link.success === null ? { ...link, success: job } : link;
  const isNews = link.success === null && link.failure === null && job.state !== "cancelled";
  return isNews ? { ...link, failure: job } : link;
}

export interface Lag {
  /** The newest of the source. */
  newest: Snapshot;
  /** The newest both have; null: none. */
  common: Snapshot | null;
  /** How many of the source are newer than the common one. */
  missing: number;
}

/** How far a target is behind, by the guids of snapshots; null where the source has none. */
export function lagOf(source: readonly Snapshot[], target: readonly Snapshot[]): Lag | null {
  const there = new Set(target.map(({ guid }) => guid));
  const newestFirst = source.toSorted((a, b) => b.order - a.order);
  const [newest] = newestFirst;
  if (newest === undefined) return null;
  const at = newestFirst.findIndex(({ guid }) => there.has(guid));
  return {
    newest,
    common: newestFirst[at] ?? null,
    missing: at === -1 ? newestFirst.length : at,
  };
}

/** The same where the target is on another machine: what the last success brought is common. */
export function lagSince(source: readonly Snapshot[], success: Job | null): Lag | null {
  const brought = success?.result?.snapshot;
  const name = typeof brought === "string" ? brought.slice(brought.indexOf("@")) : null;
  return lagOf(
    source,
    name === null ? [] : source.filter(({ key }) => key.slice(key.indexOf("@")) === name),
  );
}
