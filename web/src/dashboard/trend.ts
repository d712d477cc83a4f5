/** Where a pool is going, from how full it was. */
import type { Sample } from "@/api/types";

export interface Point {
  at: number;
  percent: number;
}

const DAY_MS = 86_400_000;
const LEAST_POINTS = 3;
const FAR_DAYS = 3 * 365;

/** The samples of one pool as points of a chart, oldest first. */
export function pointsOf(samples: readonly Sample[], pool: { key: string; node: string }): Point[] {
  return samples
    .filter((sample) => sample.key === pool.key && sample.node === pool.node)
    .map(({ at, values }) => ({
      at: new Date(at).getTime(),
      percent: percent(values.allocated_bytes, values.size_bytes),
    }));
}

function percent(allocated: number | null | undefined, size: number | null | undefined): number {
  return size ? ((allocated ?? 0) / size) * 100 : 0;
}

/**
 * In how many days it is full if it goes on as it did: by the least squares. Null when it does not
 * grow, when there is too little to tell by, or when it is too far off to mean anything.
 */
export function fullInDays(points: readonly Point[]): number | null {
  const last = points.at(-1);
  if (last === undefined || points.length < LEAST_POINTS) return null;
  const meanAt = mean(points.map((point) => point.at));
  const meanPercent = mean(points.map((point) => point.percent));
  const spread = sum(points.map((point) => (point.at - meanAt) ** 2));
  const joint = sum(points.map((point) => (point.at - meanAt) * (point.percent - meanPercent)));
  const perDay = spread === 0 ? 0 : (joint / spread) * DAY_MS;
  if (perDay <= 0) return null;
  const days = (100 - last.percent) / perDay;
  return days > FAR_DAYS ? null : Math.max(0, Math.round(days));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
