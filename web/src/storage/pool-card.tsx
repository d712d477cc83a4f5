import { CircleAlert, CircleCheck, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Trend } from "@/dashboard/capacity";
import { bytes } from "@/format/bytes";
import { CapacityBar } from "@/storage/capacity-bar";
import { errorsOf, type Health, healthOf } from "@/storage/health";
import { PoolActions } from "@/storage/pool-actions";
import type { Pool } from "@/storage/rows";
import { Activities, ScanLine } from "@/storage/scan";
import { Vdevs } from "@/storage/vdev-table";
import { Badge } from "@/ui/badge";
import { cx } from "@/ui/cx";
import { Card } from "@/ui/page";

/** One pool: how it is, how full, what goes on in it, and its devices. */
export function PoolCard({ pool }: { pool: Pool }) {
  const { t } = useTranslation();
  const health = healthOf(pool);
  return (
    <Card
      flush
      title={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          {pool.name}
          <HealthBadge health={health} state={pool.health} />
        </span>
      }
      actions={<PoolActions pool={pool} />}
    >
      <div className="flex flex-col gap-4 p-4">
        {health.word === "suspended" && <Suspended />}
        <CapacityBar pool={pool} />
        <Trend pool={pool} />
        <PoolFacts pool={pool} />
        {pool.status && <Status pool={pool} health={health} />}
        <ScanLine pool={pool} />
        <Activities pool={pool} />
        <Link
          to={`/storage/datasets?q=${encodeURIComponent(pool.name)}`}
          className="text-accent w-fit hover:underline"
        >
          {t("storage.pool.datasets")}
        </Link>
      </div>
      <Vdevs pool={pool} />
    </Card>
  );
}

const ICONS = { ok: CircleCheck, warn: TriangleAlert, bad: CircleAlert } as const;

/** In words, with the product's own word beside it where that says something else. */
function HealthBadge({ health, state }: { health: Health; state: string }) {
  const { t } = useTranslation();
  const Icon = ICONS[health.tone === "ok" || health.tone === "bad" ? health.tone : "warn"];
  return (
    <Badge tone={health.tone}>
      <Icon aria-hidden />
      {t(`storage.health.${health.word}`)} · {state}
    </Badge>
  );
}

function Suspended() {
  const { t } = useTranslation();
  return (
    <div role="alert" className="bg-bad text-bad-ink flex items-start gap-3 rounded-lg p-4">
      <CircleAlert className="mt-0.5 size-5 shrink-0" aria-hidden />
      <div>
        <p className="text-base font-semibold">{t("storage.pool.suspended")}</p>
        <p>{t("storage.pool.suspendedHint")}</p>
      </div>
    </div>
  );
}

function PoolFacts({ pool }: { pool: Pool }) {
  const { t } = useTranslation();
  const counts = t("storage.errors", {
    read: pool.read_errors,
    write: pool.write_errors,
    checksum: pool.checksum_errors,
  });
  const facts: [string, ReactNode][] = [
    [t("storage.pool.free"), bytes(pool.free_bytes)],
    [
      t("storage.pool.fragmentation"),
      pool.fragmentation_percent === null ? null : `${pool.fragmentation_percent} %`,
    ],
    [t("storage.pool.errors"), errorsOf(pool) > 0 ? <b className="text-bad">{counts}</b> : counts],
    [
      t("storage.pool.dataErrors"),
      pool.data_errors > 0 ? <b className="text-bad">{pool.data_errors}</b> : 0,
    ],
    [t("ui.node"), pool.node],
  ];
  return <FactList facts={facts} />;
}

/** Names with their values in a row of columns; a dash where nobody knows. */
export function FactList({ facts }: { facts: readonly [string, ReactNode][] }) {
  return (
    <dl className="grid grid-cols-[repeat(auto-fill,minmax(9rem,1fr))] gap-x-6 gap-y-3">
      {facts.map(([name, value]) => (
        <div key={name} className={cx("min-w-0", isLong(value) && "min-[380px]:col-span-2")}>
          <dt className="text-muted text-xs">{name}</dt>
          <dd className="break-words">{value ?? <span className="text-muted">–</span>}</dd>
        </div>
      ))}
    </dl>
  );
}

const LONG = 24;

function isLong(value: ReactNode): boolean {
  return typeof value === "string" && value.length > LONG;
}

/** What the product itself says, and the code under which it explains it. */
function Status({ pool, health }: { pool: Pool; health: Health }) {
  return (
    <p className={health.tone === "bad" ? "text-bad" : "text-warn"}>
      {pool.status}
      {pool.message_code && <code className="ml-2 text-xs">{pool.message_code}</code>}
    </p>
  );
}
