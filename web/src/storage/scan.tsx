import { useTranslation } from "react-i18next";

import { bytes } from "@/format/bytes";
import { duration } from "@/format/time";
import { ProgressBar } from "@/jobs/progress";
import type { Activity, Pool, Scan } from "@/storage/rows";
import { When } from "@/ui/when";

/** The scrub or resilver of a pool: how far, how long yet, or how the last one ended. */
export function ScanLine({ pool }: { pool: Pool }) {
  const { t } = useTranslation();
  const { scan } = pool;
  if (scan === null) return <p className="text-muted">{t("storage.scan.never")}</p>;
  const what = t(`storage.scan.${scan.function}`);
  if (scan.state === "running" || scan.state === "paused") return <Going scan={scan} what={what} />;
  return (
    <p className={(scan.errors ?? 0) > 0 ? "text-bad" : ""}>
      {t(`storage.scan.${scan.state}`, { what })} <When at={scan.finished_at} />
      {scan.state === "finished" && (
        <span className="text-muted">
          {" · "}
          {t("storage.scan.outcome", {
            repaired: scan.repaired_bytes === null ? "–" : bytes(scan.repaired_bytes),
            count: scan.errors ?? 0,
          })}
        </span>
      )}
    </p>
  );
}

function Going({ scan, what }: { scan: Scan; what: string }) {
  const { t } = useTranslation();
  const said = t(`storage.scan.${scan.state === "paused" ? "paused" : "running"}`, { what });
  const parts = [
    scan.percent !== null && `${scan.percent.toFixed(1)} %`,
    scan.issued_bytes !== null &&
      scan.total_bytes !== null &&
      t("job.done", { done: bytes(scan.issued_bytes), total: bytes(scan.total_bytes) }),
    scan.eta_s !== null && t("jobs.eta", { time: duration(scan.eta_s) }),
    (scan.errors ?? 0) > 0 && t("storage.scan.errors", { count: scan.errors ?? 0 }),
  ].filter(Boolean);
  return (
    <div className="flex flex-col gap-1">
      <p>
        <span className="font-medium">{said}</span>
        <span className="text-muted">{parts.map((part) => ` · ${String(part)}`)}</span>
      </p>
      <ProgressBar percent={scan.percent} label={what} />
    </div>
  );
}

const KINDS = ["removal", "expansion"] as const;

/** What else goes on in a pool: a vdev being taken out or widened, a checkpoint that is held. */
export function Activities({ pool }: { pool: Pool }) {
  const { t } = useTranslation();
  const { checkpoint } = pool;
  return (
    <>
      {KINDS.map((kind) => {
        const activity = pool[kind];
        return isGoing(activity) && <ActivityLine key={kind} kind={kind} activity={activity} />;
      })}
      {checkpoint && (
        <p className="text-warn">
          {t(checkpoint.is_discarding ? "storage.pool.discarding" : "storage.pool.checkpoint", {
            size: checkpoint.space_bytes === null ? "–" : bytes(checkpoint.space_bytes),
          })}{" "}
          {checkpoint.created_at && <When at={checkpoint.created_at} />}
        </p>
      )}
    </>
  );
}

function isGoing(activity: Activity | null): activity is Activity {
  return activity?.state === "running" || activity?.state === "paused";
}

interface ActivityLineProps {
  kind: (typeof KINDS)[number];
  activity: Activity;
}

function ActivityLine({ kind, activity }: ActivityLineProps) {
  const { t } = useTranslation();
  const what = t(`storage.pool.${kind}`, { subject: activity.subject ?? "" });
  return (
    <div className="flex flex-col gap-1">
      <p>
        {what}
        {activity.percent !== null && ` · ${activity.percent.toFixed(1)} %`}
      </p>
      <ProgressBar percent={activity.percent} label={what} />
    </div>
  );
}
