import { Bot } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { Job } from "@/api/types";
import { JobItem } from "@/tape/job-line";

/** What the library is at: its jobs with how far they are, or that it is at rest. */
export function Robot({ jobs }: { jobs: readonly Job[] }) {
  const { t } = useTranslation();
  return (
    <section aria-label={t("tape.robot")} className="flex items-center gap-3">
      <Bot className={jobs.length > 0 ? "text-info size-6" : "text-muted size-6"} aria-hidden />
      {jobs.length === 0 ? (
        <p className="text-muted">{t("tape.robotRests")}</p>
      ) : (
        <ul aria-label={t("tape.robotJobs")} className="flex min-w-0 grow flex-col gap-2">
          {jobs.map((job) => (
            <JobItem key={job.id} job={job} />
          ))}
        </ul>
      )}
    </section>
  );
}
