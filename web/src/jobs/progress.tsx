import { useTranslation } from "react-i18next";

import type { Job, Progress } from "@/api/types";
import { useProgress } from "@/events/live";
import { amount } from "@/format/bytes";
import { duration } from "@/format/time";
import { cx } from "@/ui/cx";

interface BarProps {
  /** 0 to 100, or null where nobody knows: then it only shows that something goes on. */
  percent: number | null;
  label: string;
  className?: string;
}

export function ProgressBar({ percent, label, className }: BarProps) {
  const { t } = useTranslation();
  const known = percent !== null;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(known
        ? { "aria-valuenow": Math.round(percent) }
        : { "aria-valuetext": t("jobs.indeterminate") })}
      className={cx("bg-line relative h-1.5 w-full overflow-hidden rounded-full", className)}
    >
      <div
        className={cx(
          "bg-accent h-full rounded-full",
          known ? "transition-[width]" : "w-1/3 animate-[slide_1.6s_ease-in-out_infinite]",
        )}
        style={known ? { width: `${percent}%` } : undefined}
      />
    </div>
  );
}

/** A running job in a line: percent or an honest "unknown", what it is at, how fast, how long. */
export function JobProgress({ job, full }: { job: Job; full?: boolean }) {
  const { t } = useTranslation();
  const progress = useProgress(job);
  return (
    <div className="flex min-w-32 flex-col gap-1">
      <div className="flex items-center gap-2">
        <ProgressBar
          percent={progress.percent}
          label={t("jobs.progressOf", { title: job.title })}
        />
        {progress.percent !== null && (
          <span className="w-10 text-right text-xs">{Math.floor(progress.percent)} %</span>
        )}
      </div>
      <p className="text-muted truncate text-xs">
        {[progress.phase, full ? null : brief(progress)].filter(Boolean).join(" · ")}
      </p>
    </div>
  );
}

function brief(progress: Progress): string | null {
  if (progress.rate === null || progress.rate === 0) return null;
  return `${amount(progress.rate, progress.unit)}/s`;
}

/** How much of how much: "3 GiB of 10 GiB"; null where it counts nothing. */
export function useDone(progress: Progress): string | null {
  const { t } = useTranslation();
  if (progress.done === null) return null;
  const done = amount(progress.done, progress.unit);
  if (progress.total === null) return done;
  return t("job.done", { done, total: amount(progress.total, progress.unit) });
}

/** How long it still takes: as its own rate says, or as earlier runs went, and then it says so. */
export function useEta(job: Job, progress: Progress): string | null {
  const { t } = useTranslation();
  if (progress.eta_s !== null) return t("jobs.eta", { time: duration(progress.eta_s) });
  const { estimate } = job;
  if (estimate?.eta_s_p50 == null) return null;
  return t("jobs.etaLearned", { time: duration(estimate.eta_s_p50) });
}
