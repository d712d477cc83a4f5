import { useTranslation } from "react-i18next";

import { Capacity } from "@/dashboard/capacity";
import { ActiveAlerts, FailedJobs, NextSchedules, RunningJobs } from "@/dashboard/lists";
import { Protection } from "@/dashboard/protection";
import { useMay } from "@/session/session";
import { UnprotectedDatasets } from "@/storage/unprotected";
import { Page } from "@/ui/page";

const MOST_UNPROTECTED = 6;

/** At a glance: what runs, what failed, what wants attention, whether all is protected. */
export function DashboardPage() {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <Page title={t("nav.dashboard")}>
      <div className="grid gap-4 lg:grid-cols-2 2xl:grid-cols-3">
        {may("backup:read") && <Protection />}
        {may("storage:read") && may("schedules:read") && (
          <UnprotectedDatasets most={MOST_UNPROTECTED} className="lg:col-span-2" />
        )}
        {may("alerts:read") && <ActiveAlerts />}
        <RunningJobs />
        <FailedJobs />
        {may("storage:read") && <Capacity />}
        {may("schedules:read") && <NextSchedules />}
      </div>
    </Page>
  );
}
