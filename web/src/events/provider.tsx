import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import {
  createContext,
  type ReactNode,
  use,
  useEffect,
  useMemo,
  useSyncExternalStore,
} from "react";

import { Batch } from "@/events/batch";
import { liveProgress } from "@/events/live";
import { type Connection, EventStream, type Heard } from "@/events/stream";
import { logKey } from "@/jobs/log-query";
import { refreshJobs } from "@/jobs/queries";
import { whileSignedIn } from "@/session/asking";

const GATHER_MS = 700;
const ENDED = new Set(["succeeded", "failed", "cancelled", "lost"]);

const Stream = createContext<EventStream | null>(null);

/** Opens the tab's one stream while somebody is signed in, and keeps what is shown up to date. */
export function EventsProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const stream = useMemo(() => new EventStream(listeners(queries)), [queries]);
  useEffect(() => {
    const close = () => stream.close();
    stream.open();
    whileSignedIn().addEventListener("abort", close, { once: true });
    return close;
  }, [stream]);
  return <Stream value={stream}>{children}</Stream>;
}

export function useConnection(): Connection {
  const stream = use(Stream);
  if (stream === null) throw new Error("useConnection needs an EventsProvider above it");
  return useSyncExternalStore(stream.subscribe, stream.state);
}

function listeners(queries: QueryClient): Heard {
  const jobs = new Batch<string>((ids) => void refreshJobs(queries, ids), GATHER_MS);
  const tables = new Batch<string>((names) => {
    for (const name of names) void queries.invalidateQueries({ queryKey: ["inventory", name] });
  }, GATHER_MS);
  const logs = new Batch<string>((ids) => {
    // A read that is under way goes on: cut short at each line, it would never end.
    for (const id of ids)
      void queries.invalidateQueries({ queryKey: logKey(id) }, { cancelRefetch: false });
  }, GATHER_MS);
  const alerts = new Batch<string>(
    () => void queries.invalidateQueries({ queryKey: ["alerts"] }),
    GATHER_MS,
  );
  return {
    jobState: ({ id, state }) => {
      if (ENDED.has(state)) liveProgress.forget(id);
      jobs.add(id);
      logs.add(id);
    },
    jobProgress: ({ id, progress }) => liveProgress.hear(id, progress),
    jobLog: ({ id }) => logs.add(id),
    inventoryChanged: ({ table }) => tables.add(table),
    alert: () => alerts.add("alerts"),
    opened: () => void queries.invalidateQueries(),
  };
}
