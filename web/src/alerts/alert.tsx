import { CircleAlert, Info, OctagonAlert, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useDismiss } from "@/alerts/queries";
import type { Alert, Level } from "@/api/types";
import { useMay } from "@/session/session";
import { Button } from "@/ui/button";
import { cx } from "@/ui/cx";
import { When } from "@/ui/when";

const LOOKS: Record<Level, { icon: typeof Info; colour: string }> = {
  critical: { icon: OctagonAlert, colour: "text-bad" },
  error: { icon: CircleAlert, colour: "text-bad" },
  warning: { icon: TriangleAlert, colour: "text-warn" },
  info: { icon: Info, colour: "text-info" },
};

/** An alert in two lines: what, since when, and the way out. */
export function AlertItem({ alert }: { alert: Alert }) {
  const { t } = useTranslation();
  const may = useMay();
  const dismiss = useDismiss();
  const { icon: Icon, colour } = LOOKS[alert.level];
  return (
    <li className="flex items-start gap-3 px-4 py-2.5">
      <Icon
        className={cx("mt-0.5 size-4.5 shrink-0", colour)}
        aria-label={t(`alerts.level.${alert.level}`)}
      />
      <div className="min-w-0 grow">
        <p className="font-medium">{alert.title}</p>
        <p className="text-muted break-words">{alert.detail}</p>
        <p className="text-muted flex flex-wrap gap-x-3 text-xs">
          <When at={alert.since} />
          {alert.count > 1 && <span>{t("alerts.times", { count: alert.count })}</span>}
          {alert.job_id && (
            <Link className="text-accent underline" to={`/jobs/${alert.job_id}`}>
              {t("alerts.job")}
            </Link>
          )}
          {alert.dismissed_by && (
            <span>{t("alerts.dismissedBy", { name: alert.dismissed_by })}</span>
          )}
        </p>
      </div>
      {alert.state === "active" && may("alerts:operate") && (
        <Button size="small" disabled={dismiss.isPending} onClick={() => dismiss.mutate(alert.id)}>
          {t("alerts.dismiss")}
        </Button>
      )}
    </li>
  );
}
