import { createColumnHelper, getCoreRowModel, useReactTable } from "@tanstack/react-table";
import { ListTodo } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";

import type { Job } from "@/api/types";
import { JobFilterBar } from "@/jobs/filter-bar";
import { filtersOf } from "@/jobs/filters";
import { JobProgress } from "@/jobs/progress";
import { useJobs } from "@/jobs/queries";
import { StateBadge } from "@/jobs/state";
import { Took } from "@/jobs/took";
import { useMay } from "@/session/session";
import { buttonLook } from "@/ui/button";
import { Page } from "@/ui/page";
import { Empty, Failed, Loading } from "@/ui/states";
import { VirtualTable } from "@/ui/table";
import { When } from "@/ui/when";

const column = createColumnHelper<Job>();

export function JobsPage() {
  const { t } = useTranslation();
  const [search] = useSearchParams();
  const filters = useMemo(() => filtersOf(search), [search]);
  const jobs = useJobs(filters);
  const count = jobs.data?.items.length ?? 0;
  return (
    <Page
      filled
      title={t("jobs.title")}
      aside={
        <span className="text-muted" role="status">
          {jobs.data &&
            (jobs.hasMore ? t("jobs.loadedMore", { count }) : t("jobs.loaded", { count }))}
        </span>
      }
    >
      <JobFilterBar />
      {jobs.isPending && <Loading />}
      {jobs.isError && <Failed problem={jobs.error} retry={() => void jobs.refetch()} />}
      {jobs.data && count === 0 && <NoJobs filtered={search.size > 0} />}
      {count > 0 && (
        <Jobs
          items={jobs.data?.items ?? []}
          onEnd={jobs.hasMore && !jobs.reaching ? () => void jobs.more() : undefined}
        />
      )}
    </Page>
  );
}

function NoJobs({ filtered }: { filtered: boolean }) {
  const { t } = useTranslation();
  const may = useMay();
  if (filtered)
    return (
      <Empty icon={ListTodo} title={t("jobs.empty")}>
        {t("jobs.emptyHint")}
      </Empty>
    );
  return (
    <Empty icon={ListTodo} title={t("jobs.none")}>
      <p className="mb-3">{t("jobs.noneHint")}</p>
      {may("jobs:submit") && (
        <Link to="/jobs/new" className={buttonLook({ look: "primary" })}>
          {t("jobs.start")}
        </Link>
      )}
    </Empty>
  );
}

function useColumns() {
  const { t } = useTranslation();
  return useMemo(
    () => [
      column.display({
        id: "state",
        header: t("jobs.columns.state"),
        meta: { width: "8.5rem" },
        cell: ({ row }) => <StateBadge job={row.original} />,
      }),
      column.accessor("title", {
        header: t("jobs.columns.title"),
        meta: { width: "minmax(14rem, 1fr)" },
        cell: ({ row: { original: job } }) => (
          <Link to={`/jobs/${job.id}`} className="font-medium hover:underline">
            {job.title}
            <span className="text-muted ml-2 text-xs font-normal">{job.type}</span>
          </Link>
        ),
      }),
      column.display({
        id: "progress",
        header: t("jobs.columns.progress"),
        meta: { width: "14rem" },
        cell: ({ row: { original: job } }) => <Course job={job} />,
      }),
      column.accessor("requested_by", { header: t("jobs.columns.by"), meta: { width: "8rem" } }),
      column.accessor("created_at", {
        header: t("jobs.columns.created"),
        meta: { width: "7rem" },
        cell: ({ getValue }) => <When at={getValue()} />,
      }),
      column.display({
        id: "took",
        header: t("jobs.columns.took"),
        meta: { width: "7rem" },
        cell: ({ row }) => <Took job={row.original} />,
      }),
    ],
    [t],
  );
}

/** How it goes while it does, what went wrong when it has. */
function Course({ job }: { job: Job }) {
  const { t } = useTranslation();
  if (job.state === "running") return <JobProgress job={job} />;
  if (job.error)
    return <span className="text-bad text-xs">{job.error.detail || job.error.title}</span>;
  if (job.wait) {
    const text = t(`job.waits.${job.wait.reason}`, { resource: job.wait.resource ?? "" });
    return <span className="text-muted text-xs">{text}</span>;
  }
  return null;
}

function Jobs({ items, onEnd }: { items: Job[]; onEnd: (() => void) | undefined }) {
  const { t } = useTranslation();
  const columns = useColumns();

  const table = useReactTable({
    data: items,
    columns,
    getCoreRowModel: getCoreRowModel(),
    getRowId: (job) => job.id,
  });
  return (
    <div className="bg-surface border-line flex min-h-0 grow flex-col overflow-hidden rounded-xl border">
      <VirtualTable table={table} label={t("jobs.table")} onEnd={onEnd} className="grow" />
    </div>
  );
}
