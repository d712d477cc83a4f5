import { CircleAlert, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Job } from "@/api/types";
import { Button } from "@/ui/button";

interface RefusalsProps {
  failed: readonly Job[];
  dismiss: (job: Job) => void;
}

/** The moves that came to nothing, each with what the library said. */
export function Refusals({ failed, dismiss }: RefusalsProps) {
  const { t } = useTranslation();
  return (
    <div className="flex flex-col gap-2 empty:hidden">
      {failed.map((job) => (
        <div
          key={job.id}
          role="alert"
          className="bg-bad-soft flex items-start gap-3 rounded-lg px-4 py-2"
        >
          <CircleAlert className="text-bad mt-0.5 size-5 shrink-0" aria-hidden />
          <div className="min-w-0 grow">
            <p className="text-bad font-semibold">{t("tape.move.refused", { title: job.title })}</p>
            <p className="break-words">
              {job.error?.detail ?? job.error?.title ?? t(`state.${job.state}`)}{" "}
              <Link className="text-accent underline" to={`/jobs/${job.id}`}>
                {t("tape.openJob")}
              </Link>
            </p>
          </div>
          <Button
            look="quiet"
            size="tiny"
            aria-label={t("tape.move.dismiss")}
            onClick={() => dismiss(job)}
          >
            <X aria-hidden />
          </Button>
        </div>
      ))}
    </div>
  );
}
