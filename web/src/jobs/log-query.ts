import { useQuery, useQueryClient } from "@tanstack/react-query";

import { signedFetch } from "@/api/client";
import { problemOf } from "@/api/problem";

const PART_BYTES = 1 << 20;

/** What is known of a log: its text, where to read on, and a decoder that may hold half a letter. */
interface LogText {
  text: string;
  next: number;
  decoder: TextDecoder;
}

export const logKey = (id: string) => ["log", id] as const;

/** A job's log. Reading it again reads only what came since. */
export function useLog(id: string) {
  const queries = useQueryClient();
  return useQuery({
    queryKey: logKey(id),
    queryFn: () => readOn(id, queries.getQueryData<LogText>(logKey(id))),
    structuralSharing: false,
  });
}

async function readOn(id: string, known?: LogText): Promise<LogText> {
  let log = known ?? { text: "", next: 0, decoder: new TextDecoder() };
  for (;;) {
    const { bytes, next } = await readPart(id, log.next);
    if (next <= log.next) return log;
    log = { ...log, text: log.text + log.decoder.decode(bytes, { stream: true }), next };
  }
}

async function readPart(id: string, offset: number): Promise<{ bytes: ArrayBuffer; next: number }> {
  const address = new URL(`/api/v1/jobs/${id}/log`, window.location.href);
  address.search = new URLSearchParams({ offset: `${offset}`, limit: `${PART_BYTES}` }).toString();
  const response = await signedFetch(new Request(address));
  if (!response.ok) throw problemOf(response, await response.json().catch(() => null));
  const next = Number(response.headers.get("X-Next-Offset") ?? offset);
  return { bytes: await response.arrayBuffer(), next };
}
