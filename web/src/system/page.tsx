import { useQuery } from "@tanstack/react-query";
import { PackageCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { title as titled } from "@/format/words";
import { useMay } from "@/session/session";
import { bySubsystem } from "@/system/grouping";
import {
  healthQuery,
  locksQuery,
  queuesQuery,
  subsystemsQuery,
  workersQuery,
} from "@/system/queries";
import { Subsystem } from "@/system/subsystem";
import { Badge } from "@/ui/badge";
import { buttonLook } from "@/ui/button";
import { Card, Page } from "@/ui/page";
import { Empty, Failed, Loading } from "@/ui/states";
import { SimpleTable } from "@/ui/simple-table";
import { When } from "@/ui/when";

/** What the appliance consists of, how each part is, and what is missing. */
export function SystemPage() {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <Page
      title={t("nav.system")}
      actions={
        may("system:read") && (
          <Link to="/inventory/system/releases" className={buttonLook()}>
            <PackageCheck aria-hidden />
            {t("system.releases")}
          </Link>
        )
      }
    >
      <Health />
      <Subsystems />
      <Queues />
      <Workers />
      <Locks />
    </Page>
  );
}

function Health() {
  const { t } = useTranslation();
  const health = useQuery(healthQuery);
  const parts = health.data === undefined ? [] : (["postgresql", "migrations", "redis"] as const);
  return (
    <Card title={t("system.health")}>
      {health.isPending && <Loading />}
      {health.isError && <Failed problem={health.error} />}
      <ul className="flex flex-wrap gap-x-8 gap-y-2">
        {parts.map((part) => {
          const said = health.data?.[part] ?? "";
          return (
            <li key={part} className="flex items-center gap-2">
              <span className="font-medium">{t(`system.part.${part}`)}</span>
              <Badge tone={said === "ok" ? "ok" : "bad"}>{said}</Badge>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}

function Subsystems() {
  const { t } = useTranslation();
  const subsystems = useQuery(subsystemsQuery);
  return (
    <section aria-label={t("system.subsystems")}>
      {subsystems.isError && <Failed problem={subsystems.error} />}
      <ul className="grid gap-4 md:grid-cols-2 2xl:grid-cols-4">
        {bySubsystem(subsystems.data?.items ?? []).map((one) => (
          <Subsystem key={`${one.node} ${one.subsystem}`} subsystem={one} />
        ))}
      </ul>
    </section>
  );
}

function Queues() {
  const { t } = useTranslation();
  const queues = useQuery(queuesQuery);
  return (
    <Card flush title={t("system.queues")}>
      {queues.isError && <Failed problem={queues.error} />}
      <SimpleTable
        label={t("system.queues")}
        columns={[
          t("system.queue"),
          t("state.running"),
          t("state.queued"),
          t("state.waiting"),
          t("system.slots"),
          t("system.oldest"),
        ]}
        rows={(queues.data?.items ?? []).map((queue) => ({
          key: queue.queue,
          cells: [
            <Link className="text-accent hover:underline" to={`/jobs?subsystem=${queue.subsystem}`}>
              {queue.queue}
            </Link>,
            queue.running,
            queue.queued,
            queue.waiting,
            queue.slots === 0 ? <Badge tone="bad">{t("system.unserved")}</Badge> : queue.slots,
            <When at={queue.oldest_queued_at} />,
          ],
        }))}
      />
    </Card>
  );
}

function Workers() {
  const { t } = useTranslation();
  const workers = useQuery(workersQuery);
  return (
    <Card flush title={t("system.workers")}>
      {workers.isError && <Failed problem={workers.error} />}
      <SimpleTable
        label={t("system.workers")}
        columns={[
          t("system.worker"),
          t("ui.node"),
          t("system.process"),
          t("system.version"),
          t("system.runs"),
          t("system.seen"),
          t("system.is"),
        ]}
        rows={(workers.data?.items ?? []).map((worker) => ({
          key: worker.id,
          cells: [
            titled(worker.subsystem),
            worker.node,
            worker.pid,
            worker.version,
            worker.running_job ? (
              <Link className="text-accent underline" to={`/jobs/${worker.running_job}`}>
                {t("alerts.job")}
              </Link>
            ) : (
              "–"
            ),
            <When at={worker.seen_at} />,
            <WorkerState alive={worker.alive} draining={worker.draining} />,
          ],
        }))}
      />
    </Card>
  );
}

function WorkerState({ alive, draining }: { alive: boolean; draining: boolean }) {
  const { t } = useTranslation();
  if (!alive) return <Badge tone="bad">{t("system.dead")}</Badge>;
  if (draining) return <Badge tone="warn">{t("system.draining")}</Badge>;
  return <Badge tone="ok">{t("system.alive")}</Badge>;
}

function Locks() {
  const { t } = useTranslation();
  const locks = useQuery(locksQuery);
  return (
    <Card flush title={t("system.locks")}>
      {locks.isError && <Failed problem={locks.error} />}
      {locks.data?.items.length === 0 && <Empty title={t("system.noLocks")} />}
      {locks.data && locks.data.items.length > 0 && (
        <SimpleTable
          label={t("system.locks")}
          columns={[
            t("system.path"),
            t("system.mode"),
            t("job.title"),
            t("system.is"),
            t("job.since"),
          ]}
          rows={locks.data.items.map((lock) => ({
            key: `${lock.node} ${lock.path} ${lock.job} ${lock.mode}`,
            cells: [
              <code className="text-xs">{lock.path}</code>,
              lock.mode,
              <Link className="text-accent hover:underline" to={`/jobs/${lock.job}`}>
                {lock.title}
              </Link>,
              lock.granted ? (
                <Badge tone="info">{t("system.holds")}</Badge>
              ) : (
                <Badge tone="warn">{t("state.waiting")}</Badge>
              ),
              <When at={lock.since} />,
            ],
          }))}
        />
      )}
    </Card>
  );
}
