import {
  Ban,
  Check,
  CircleHelp,
  Clock,
  Hourglass,
  LoaderCircle,
  TriangleAlert,
  X,
} from "lucide-react";
import { useTranslation } from "react-i18next";

import type { Job, State } from "@/api/types";
import { Badge, type Tone } from "@/ui/badge";

const LOOKS: Record<State, { tone: Tone; icon: typeof Check }> = {
  waiting: { tone: "warn", icon: Hourglass },
  queued: { tone: "plain", icon: Clock },
  running: { tone: "info", icon: LoaderCircle },
  succeeded: { tone: "ok", icon: Check },
  failed: { tone: "bad", icon: X },
  cancelled: { tone: "plain", icon: Ban },
  lost: { tone: "bad", icon: CircleHelp },
};

type Shown = Pick<Job, "state"> & Partial<Pick<Job, "cancel_requested_at" | "warnings">>;

/** A job's state in a word; a cancel under way and warnings count as states for people. */
export function StateBadge({ job }: { job: Shown }) {
  const { t } = useTranslation();
  const { tone, icon: Icon } = LOOKS[job.state];
  if (job.state === "running" && job.cancel_requested_at) {
    return (
      <Badge tone="warn">
        <LoaderCircle className="animate-spin" aria-hidden /> {t("state.cancelling")}
      </Badge>
    );
  }
  if (job.state === "succeeded" && (job.warnings?.length ?? 0) > 0) {
    return (
      <Badge tone="warn">
        <TriangleAlert aria-hidden /> {t("state.warned")}
      </Badge>
    );
  }
  return (
    <Badge tone={tone}>
      <Icon className={job.state === "running" ? "animate-spin" : ""} aria-hidden />
      {t(`state.${job.state}`)}
    </Badge>
  );
}

export function hasEnded(job: Pick<Job, "finished_at">): boolean {
  return job.finished_at !== null;
}
