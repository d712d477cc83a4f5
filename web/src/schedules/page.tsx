import { CalendarClock } from "lucide-react";
import { useTranslation } from "react-i18next";

import { useSchedules } from "@/schedules/queries";
import { Badge } from "@/ui/badge";
import { Card, Page } from "@/ui/page";
import { Empty, Failed, Loading } from "@/ui/states";
import { When } from "@/ui/when";

export function SchedulesPage() {
  const { t } = useTranslation();
  const schedules = useSchedules();
  return (
    <Page title={t("nav.schedules")}>
      {schedules.isPending && <Loading />}
      {schedules.isError && <Failed problem={schedules.error} />}
      {schedules.data?.items.length === 0 && (
        <Empty icon={CalendarClock} title={t("dashboard.noSchedules")} />
      )}
      <Card flush>
        <ul className="divide-line divide-y">
          {schedules.data?.items.map((schedule) => (
            <li key={schedule.id} className="flex items-center gap-3 px-4 py-2">
              <span className="font-medium">{schedule.name}</span>
              <Badge>{schedule.type}</Badge>
              <When at={schedule.next_fire_at} />
            </li>
          ))}
        </ul>
      </Card>
    </Page>
  );
}
