/** The newest progress of each running job, outside of the queries: it changes twice a second. */
import { useCallback, useSyncExternalStore } from "react";

import type { Progress } from "@/api/types";

class LiveProgress {
  private readonly known = new Map<string, Progress>();
  private readonly watchers = new Map<string, Set<() => void>>();

  of(id: string): Progress | undefined {
    return this.known.get(id);
  }

  hear(id: string, progress: Progress): void {
    this.known.set(id, progress);
    this.tell(id);
  }

  /** Its job has ended: what is in the job counts now. */
  forget(id: string): void {
    if (this.known.delete(id)) this.tell(id);
  }

  watch(id: string, watcher: () => void): () => void {
    const watchers = this.watchers.get(id) ?? new Set();
    this.watchers.set(id, watchers.add(watcher));
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0) this.watchers.delete(id);
    };
  }

  private tell(id: string): void {
    for (const watcher of this.watchers.get(id) ?? []) watcher();
  }
}

export const liveProgress = new LiveProgress();

/** A job's progress as last heard, or as the job itself says. */
export function useProgress(job: { id: string; progress: Progress }): Progress {
  const { id } = job;
  const watch = useCallback((watcher: () => void) => liveProgress.watch(id, watcher), [id]);
  return useSyncExternalStore(watch, () => liveProgress.of(id)) ?? job.progress;
}
