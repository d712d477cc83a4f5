import { Play } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { toast } from "sonner";

import type { Schedule } from "@/api/types";
import { useRunNow } from "@/schedules/queries";
import { Button } from "@/ui/button";

interface RunNowProps {
  schedule: Schedule;
  /** Only the sign: in rows. */
  small?: boolean;
}

/** Starts its job at once, besides its slots. */
export function RunNow({ schedule, small = false }: RunNowProps) {
  const { t } = useTranslation();
  const run = useRunNow();
  const go = () =>
    run.mutate(schedule.id, {
      onSuccess: (job) => toast(t("schedules.ran"), { description: <ToJob id={job.id} /> }),
      onError: (problem) => toast.error(problem.message),
    });
  const label = t("schedules.runOf", { name: schedule.name });
  return (
    <Button
      look={small ? "quiet" : "plain"}
      size={small ? "tiny" : "normal"}
      {...(small && { "aria-label": label, title: label })}
      disabled={run.isPending}
      onClick={go}
    >
      <Play aria-hidden /> {!small && t("schedules.run")}
    </Button>
  );
}

function ToJob({ id }: { id: string }) {
  const { t } = useTranslation();
  return (
    <Link className="text-accent underline" to={`/jobs/${id}`}>
      {t("schedules.showJob")}
    </Link>
  );
}
