import { useTranslation } from "react-i18next";

import type { Schedule } from "@/api/types";
import { Fires } from "@/schedules/preview";
import { usePreview } from "@/schedules/queries";
import { Card } from "@/ui/page";
import { Failed, Loading } from "@/ui/states";

const SHOWN = 10;
const MINUTE_MS = 60_000;

/** Its next ten slots; asked anew whenever the next one has become another. */
export function NextFires({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation();
  const { cron, tz, begin, end, next_fire_at: next } = schedule;
  const preview = usePreview(
    next === null ? null : { cron, tz, begin, end, count: SHOWN, after: minuteBefore(next) },
  );
  return (
    <Card title={t("schedules.page.next")}>
      {next === null && (
        <p className="text-muted">
          {t(schedule.enabled ? "schedules.editor.noFires" : "schedules.page.noNext")}
        </p>
      )}
      {next !== null && preview.isPending && <Loading />}
      {preview.isError && <Failed problem={preview.error} retry={() => void preview.refetch()} />}
      {next !== null && preview.data && <Fires rule={schedule} fires={preview.data.fires} />}
    </Card>
  );
}

function minuteBefore(at: string): string {
  return new Date(Date.parse(at) - MINUTE_MS).toISOString();
}
