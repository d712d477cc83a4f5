import type { Job } from "@/api/types";
import { duration } from "@/format/time";
import { useNow } from "@/ui/when";

/** How long a job ran, or runs so far. */
export function Took({ job }: { job: Pick<Job, "started_at" | "finished_at"> }) {
  const now = useNow(1000);
  if (job.started_at === null) return <span className="text-muted">–</span>;
  const end = job.finished_at === null ? now : new Date(job.finished_at);
  return <>{duration((end.getTime() - new Date(job.started_at).getTime()) / 1000)}</>;
}
