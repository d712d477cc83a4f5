/** What a page shows in place of its content: nothing yet, nothing there, or what went wrong. */
import { CircleAlert, LoaderCircle, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Problem } from "@/api/problem";
import { Button } from "@/ui/button";

export function Loading() {
  const { t } = useTranslation();
  return (
    <p role="status" className="text-muted flex items-center justify-center gap-2 p-8">
      <LoaderCircle className="size-4 animate-spin" aria-hidden /> {t("ui.loading")}
    </p>
  );
}

interface EmptyProps {
  icon?: LucideIcon;
  title: string;
  /** What to do next. */
  children?: ReactNode;
}

export function Empty({ icon: Icon, title, children }: EmptyProps) {
  return (
    <div className="flex flex-col items-center gap-2 p-8 text-center">
      {Icon && <Icon className="text-muted size-8" aria-hidden />}
      <p className="font-medium">{title}</p>
      {children !== undefined && <div className="text-muted max-w-prose">{children}</div>}
    </div>
  );
}

/** What the API said, word for word, and a way to try again. */
export function Failed({ problem, retry }: { problem: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const known = problem instanceof Problem ? problem : null;
  return (
    <div role="alert" className="bg-bad-soft flex items-start gap-3 rounded-lg p-4">
      <CircleAlert className="text-bad mt-0.5 size-5 shrink-0" aria-hidden />
      <div className="min-w-0 grow">
        <p className="text-bad font-semibold">{known?.title ?? t("problem.title")}</p>
        <p className="break-words">{known?.detail ?? String(problem)}</p>
        {known?.holderJob && (
          <Link className="text-accent underline" to={`/jobs/${known.holderJob}`}>
            {t("problem.holder")}
          </Link>
        )}
        {known?.traceId && (
          <p className="text-muted mt-1 text-xs">{t("problem.trace", { id: known.traceId })}</p>
        )}
      </div>
      {retry && <Button onClick={retry}>{t("ui.retry")}</Button>}
    </div>
  );
}
