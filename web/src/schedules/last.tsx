import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Decision, Fire, Schedule } from "@/api/types";
import { jobQuery } from "@/jobs/queries";
import { StateBadge } from "@/jobs/state";
import { useLastFire } from "@/schedules/queries";
import { Badge, type Tone } from "@/ui/badge";
import { Tooltip } from "@/ui/tooltip";
import { When } from "@/ui/when";

const TONES: Record<Decision, Tone> = { fired: "ok", skipped: "warn", refused: "bad" };

export function DecisionBadge({ decision }: { decision: Decision }) {
  const { t } = useTranslation();
  return <Badge tone={TONES[decision]}>{t(`schedules.fire.decisions.${decision}`)}</Badge>;
}

/** Its last slot: when, and how the job went that it made, or why it made none. */
export function LastFire({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation();
  const last = useLastFire(schedule);
  if (schedule.last_fire_at === null)
    return <span className="text-muted">{t("schedules.never")}</span>;
  return (
    <span className="flex items-center gap-2">
      {last.data && <Outcome fire={last.data} />}
      <span className="text-muted text-xs">
        <When at={schedule.last_fire_at} />
      </span>
    </span>
  );
}

function Outcome({ fire }: { fire: Fire }) {
  if (fire.decision === "fired" && fire.job !== null) return <JobOutcome id={fire.job} />;
  return (
    <Tooltip text={fire.detail}>
      <button type="button" className="cursor-default">
        <DecisionBadge decision={fire.decision} />
      </button>
    </Tooltip>
  );
}

function JobOutcome({ id }: { id: string }) {
  const job = useQuery(jobQuery(id));
  if (job.data === undefined) return <DecisionBadge decision="fired" />;
  return (
    <Link to={`/jobs/${id}`} title={job.data.title}>
      <StateBadge job={job.data} />
    </Link>
  );
}
