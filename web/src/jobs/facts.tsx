import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Job } from "@/api/types";
import { Json } from "@/ui/json";
import { Card } from "@/ui/page";
import { When } from "@/ui/when";

export function Facts({ job }: { job: Job }) {
  const { t } = useTranslation();
  const rows: [string, ReactNode][] = [
    [t("job.fact.id"), <code className="text-xs break-all">{job.id}</code>],
    [t("job.fact.type"), job.type],
    [t("job.fact.node"), job.node],
    [t("job.fact.by"), job.requested_by],
    [t("job.fact.source"), <SourceLink job={job} />],
    [t("job.fact.attempt"), t("job.attempt", { attempt: job.attempt, max: job.max_attempts })],
    [t("job.fact.created"), <When exact at={job.created_at} />],
    [t("job.fact.started"), <When exact at={job.started_at} />],
    [t("job.fact.finished"), <When exact at={job.finished_at} />],
  ];
  if (job.parent_id) rows.push([t("job.fact.parent"), <JobLink id={job.parent_id} />]);
  if (job.finished_at === null)
    rows.push([t("job.fact.heartbeat"), <When at={job.heartbeat_at} />]);
  if (job.external) rows.push([t("job.fact.external"), <Json value={job.external} />]);
  if (job.locks.length > 0) rows.push([t("job.fact.locks"), <Locks job={job} />]);
  return (
    <Card title={t("job.facts")}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
        {rows.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="min-w-0">{value}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function JobLink({ id }: { id: string }) {
  return (
    <Link to={`/jobs/${id}`} className="text-accent text-xs break-all underline">
      {id}
    </Link>
  );
}

function SourceLink({ job }: { job: Job }) {
  const { kind, id } = job.source;
  if (kind === "schedule" && id) {
    return (
      <Link className="text-accent underline" to={`/schedules/${id}`}>
        {kind}
      </Link>
    );
  }
  return kind === "job" && id ? <JobLink id={id} /> : <>{kind}</>;
}

function Locks({ job }: { job: Job }) {
  return (
    <ul>
      {job.locks.map((lock) => (
        <li key={`${lock.path} ${lock.mode}`}>
          <code className="text-xs break-all">{lock.path}</code>{" "}
          <span className="text-muted">{lock.mode}</span>
        </li>
      ))}
    </ul>
  );
}
