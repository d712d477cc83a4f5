import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useJobs } from "@/jobs/queries";
import { StateBadge } from "@/jobs/state";
import { Took } from "@/jobs/took";
import { Card } from "@/ui/page";
import { SimpleTable } from "@/ui/simple-table";
import { Empty, Failed, Loading } from "@/ui/states";
import { When } from "@/ui/when";

const SHOWN = 10;

/** The latest jobs that a schedule has started, by its slots and by hand. */
export function ScheduleJobs({ id }: { id: string }) {
  const { t } = useTranslation();
  const filters = useMemo(() => ({ schedule: id }), [id]);
  const jobs = useJobs(filters);
  const items = jobs.data?.items.slice(0, SHOWN) ?? [];
  const all = (
    <Link className="text-accent text-xs hover:underline" to={`/jobs?schedule=${id}`}>
      {t("schedules.page.allJobs")}
    </Link>
  );
  return (
    <Card flush title={t("schedules.page.jobs")} actions={items.length > 0 && all}>
      {jobs.isPending && <Loading />}
      {jobs.isError && <Failed problem={jobs.error} retry={() => void jobs.refetch()} />}
      {jobs.data && items.length === 0 && <Empty title={t("schedules.page.noJobs")} />}
      {items.length > 0 && (
        <SimpleTable
          label={t("schedules.page.jobs")}
          columns={[
            t("jobs.columns.state"),
            t("jobs.columns.title"),
            t("jobs.columns.created"),
            t("jobs.columns.took"),
          ]}
          rows={items.map((job) => ({
            key: job.id,
            cells: [
              <StateBadge job={job} />,
              <Link className="font-medium hover:underline" to={`/jobs/${job.id}`}>
                <span className="inline-block min-w-32">{job.title}</span>
              </Link>,
              <When at={job.created_at} />,
              <Took job={job} />,
            ],
          }))}
        />
      )}
    </Card>
  );
}
