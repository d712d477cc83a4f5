import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { Job } from "@/api/types";
import { JobProgress } from "@/jobs/progress";
import { jobQuery } from "@/jobs/queries";
import { StateBadge } from "@/jobs/state";

/** The job that uses something, with how far it is. */
export function JobLine({ job }: { job: { id: string; title: string } }) {
  const { data } = useQuery(jobQuery(job.id));
  return (
    <div className="min-w-0">
      <Link className="text-accent block truncate text-xs hover:underline" to={`/jobs/${job.id}`}>
        {job.title}
      </Link>
      {data?.state === "running" && <JobProgress job={data} />}
    </div>
  );
}

/** A job in a line of a list: state, title, progress. */
export function JobItem({ job }: { job: Job }) {
  return (
    <li className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
      <StateBadge job={job} />
      <Link to={`/jobs/${job.id}`} className="min-w-0 grow truncate font-medium hover:underline">
        {job.title}
      </Link>
      {job.state === "running" && (
        <div className="w-full sm:w-64">
          <JobProgress job={job} />
        </div>
      )}
    </li>
  );
}
