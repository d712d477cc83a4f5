import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Job } from "@/api/types";
import type { JobFilters } from "@/jobs/filters";
import { JobProgress } from "@/jobs/progress";
import { useJobs } from "@/jobs/queries";
import { StateBadge } from "@/jobs/state";
import { concerns } from "@/storage/concerning";
import { Card } from "@/ui/page";

const UNFINISHED: JobFilters = { state: ["waiting", "queued", "running"] };

/** The jobs that work on a dataset or wait for it; nothing while there is none. */
export function DatasetWork({ dataset, node }: { dataset: string; node: string }) {
  const { t } = useTranslation();
  const jobs = useJobs(UNFINISHED);
  const own = (jobs.data?.items ?? []).filter((job) => job.node === node && concerns(job, dataset));
  if (own.length === 0) return null;
  return (
    <Card flush title={t("storage.dataset.work")}>
      <ul className="divide-line divide-y">
        {own.map((job) => (
          <WorkItem key={job.id} job={job} />
        ))}
      </ul>
    </Card>
  );
}

export function WorkItem({ job }: { job: Job }) {
  return (
    <li className="grid grid-cols-[auto_1fr] items-center gap-x-3 gap-y-1 px-4 py-2">
      <StateBadge job={job} />
      <Link to={`/jobs/${job.id}`} className="min-w-0 font-medium break-words hover:underline">
        {job.title}
      </Link>
      {job.state === "running" && (
        <div className="col-span-full">
          <JobProgress job={job} />
        </div>
      )}
    </li>
  );
}
