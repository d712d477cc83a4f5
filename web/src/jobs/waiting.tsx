import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Job, Holder } from "@/api/types";
import { duration } from "@/format/time";
import { StateBadge } from "@/jobs/state";
import { Card } from "@/ui/page";
import { When } from "@/ui/when";

/** Why a job waits, who is in the way, and when it goes on. Nothing for a job that does not. */
export function Waiting({ job }: { job: Job }) {
  const { t } = useTranslation();
  const { wait, slot } = job;
  if (wait === null && slot === null) return null;
  return (
    <Card title={t("job.why")}>
      <div className="flex flex-col gap-2">
        {wait && (
          <p>
            {t(`job.waits.${wait.reason}`, { resource: wait.resource ?? "" })}{" "}
            <span className="text-muted">
              {t("job.since")} <When at={wait.since} />
            </span>
          </p>
        )}
        {wait?.position && <p>{t("job.position", { position: wait.position })}</p>}
        {wait?.until && (
          <p>
            {t("job.until")} <When at={wait.until} />
          </p>
        )}
        {wait?.holder && <HolderLine label={t("job.holder")} holder={wait.holder} />}
        {wait?.needs.map((need) => (
          <HolderLine key={need.job} label={t("job.needs")} holder={need} />
        ))}
        {slot && <p>{t("job.slot", { slots: slot.slots, position: slot.position })}</p>}
      </div>
    </Card>
  );
}

function HolderLine({ label, holder }: { label: string; holder: Holder }) {
  const { t } = useTranslation();
  return (
    <p className="flex flex-wrap items-center gap-2">
      <span className="text-muted">{label}</span>
      <StateBadge job={holder} />
      <Link className="text-accent underline" to={`/jobs/${holder.job}`}>
        {holder.title}
      </Link>
      {holder.eta_s !== null && (
        <span className="text-muted">{t("jobs.eta", { time: duration(holder.eta_s) })}</span>
      )}
    </p>
  );
}
