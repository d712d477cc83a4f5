import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";

import type { Job } from "@/api/types";
import { useProgress } from "@/events/live";
import { amount } from "@/format/bytes";
import { duration } from "@/format/time";
import { JobActions } from "@/jobs/actions";
import { Doctor } from "@/jobs/doctor";
import { Facts } from "@/jobs/facts";
import { Children, History } from "@/jobs/history";
import { Log } from "@/jobs/log";
import { ProgressBar, useDone, useEta } from "@/jobs/progress";
import { jobQuery } from "@/jobs/queries";
import { hasEnded, StateBadge } from "@/jobs/state";
import { Waiting } from "@/jobs/waiting";
import { Json } from "@/ui/json";
import { Card, Page } from "@/ui/page";
import { Failed, Loading } from "@/ui/states";

export function JobPage() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  const job = useQuery(jobQuery(id));
  if (job.isPending) return <Loading />;
  if (job.isError) {
    return (
      <Page title={t("job.title")}>
        <Failed problem={job.error} retry={() => void job.refetch()} />
      </Page>
    );
  }
  return <Loaded job={job.data} key={job.data.id} />;
}

function Loaded({ job }: { job: Job }) {
  const { t } = useTranslation();
  return (
    <Page title={job.title} aside={<LiveState job={job} />} actions={<JobActions job={job} />}>
      {job.state === "running" && <Running job={job} />}
      <Waiting job={job} />
      <Ending job={job} />
      {job.warnings.length > 0 && (
        <Card title={t("job.warnings")}>
          <ul className="list-disc pl-5">
            {job.warnings.map((warning) => (
              <li key={`${warning.code} ${warning.message}`}>{warning.message}</li>
            ))}
          </ul>
        </Card>
      )}
      <div className="grid gap-4 xl:grid-cols-[2fr_1fr]">
        <div className="flex min-w-0 flex-col gap-4">
          <Log job={job} />
          <History id={job.id} />
          <Children id={job.id} />
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <Facts job={job} />
          {!hasEnded(job) && <Doctor job={job} />}
          {job.result !== null && (
            <Card title={t("job.result")}>
              <Json value={job.result} />
            </Card>
          )}
          <Card title={t("job.params")}>
            <Json value={job.params} />
          </Card>
        </div>
      </div>
    </Page>
  );
}

/** Its state, which is said aloud when it changes. */
function LiveState({ job }: { job: Job }) {
  const { t } = useTranslation();
  return (
    <span role="status" aria-label={t("jobs.columns.state")}>
      <StateBadge job={job} />
    </span>
  );
}

/** Why it did not succeed, where it did not. */
function Ending({ job }: { job: Job }) {
  const { t } = useTranslation();
  if (job.error === null) return null;
  const wished = job.state === "cancelled";
  return (
    <Card title={t(wished ? "job.cancelledHow" : "job.error")}>
      {!wished && <p className="text-bad font-medium">{job.error.title}</p>}
      <p className="break-words">{job.error.detail}</p>
      {job.error.original && <Original text={job.error.original} />}
    </Card>
  );
}

function Original({ text }: { text: string }) {
  const { t } = useTranslation();
  return (
    <details className="mt-2">
      <summary className="text-muted">{t("job.original")}</summary>
      <pre className="bg-page mt-1 overflow-x-auto rounded-md p-2 text-xs whitespace-pre-wrap">
        {text}
      </pre>
    </details>
  );
}

function Running({ job }: { job: Job }) {
  const { t } = useTranslation();
  const progress = useProgress(job);
  const done = useDone(progress);
  const eta = useEta(job, progress);
  const { estimate } = job;
  return (
    <Card>
      <div className="flex flex-col gap-2">
        <div className="flex flex-wrap items-baseline gap-x-6 gap-y-1">
          <span className="text-2xl font-semibold">
            {progress.percent === null
              ? t("jobs.indeterminate")
              : `${Math.floor(progress.percent)} %`}
          </span>
          {progress.phase && <span>{progress.phase}</span>}
          {done && <span>{done}</span>}
          {progress.rate !== null && <span>{amount(progress.rate, progress.unit)}/s</span>}
          {eta && <span className="text-muted">{eta}</span>}
        </div>
        <ProgressBar
          percent={progress.percent}
          label={t("jobs.progressOf", { title: job.title })}
          className="h-2.5"
        />
        {progress.message && <p className="text-muted break-words">{progress.message}</p>}
        {estimate && progress.eta_s === null && (
          <p className="text-muted text-xs">
            {t("jobs.etaUpTo", {
              p50: duration(estimate.p50_s),
              p90: duration(estimate.p90_s),
              runs: estimate.runs,
            })}
          </p>
        )}
      </div>
    </Card>
  );
}
