import { CircleAlert, Pencil } from "lucide-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router";

import type { Schedule } from "@/api/types";
import { local } from "@/format/time";
import { jobTypesQuery } from "@/jobs/queries";
import { ScheduleFacts } from "@/schedules/facts";
import { FireHistory } from "@/schedules/fire-history";
import { NextFires } from "@/schedules/next-fires";
import { isGone, type Seen, useSchedule } from "@/schedules/queries";
import { RemoveSchedule } from "@/schedules/remove";
import { useRights } from "@/schedules/rights";
import { RunNow } from "@/schedules/run-now";
import { ScheduleJobs } from "@/schedules/schedule-jobs";
import { Simulator } from "@/schedules/simulator";
import { useTurn } from "@/schedules/switch";
import { useMay } from "@/session/session";
import { Badge } from "@/ui/badge";
import { Button, buttonLook } from "@/ui/button";
import { Page } from "@/ui/page";
import { Failed, Loading } from "@/ui/states";
import { Tabs } from "@/ui/tabs";

type Tab = "course" | "retention";

/** One schedule: what it does, what it will do, what it has done and why. */
export function SchedulePage() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  const found = useSchedule(id);
  if (found.isPending) return <Loading />;
  if (found.data === undefined || isGone(found.error)) {
    return (
      <Page title={t("nav.schedules")}>
        <Failed problem={found.error} retry={() => void found.refetch()} />
      </Page>
    );
  }
  return <Loaded seen={found.data} key={id} />;
}

function Loaded({ seen }: { seen: Seen }) {
  const { t } = useTranslation();
  const { schedule } = seen;
  return (
    <Page
      title={schedule.name}
      aside={
        <Badge tone={schedule.enabled ? "ok" : "plain"}>
          {t(schedule.enabled ? "schedules.filter.on" : "schedules.filter.off")}
        </Badge>
      }
      actions={<Actions seen={seen} />}
    >
      {schedule.trouble && <TroubleNote trouble={schedule.trouble} />}
      <Parts schedule={schedule} />
    </Page>
  );
}

function Parts({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation();
  const may = useMay();
  const [search, setSearch] = useSearchParams();
  const types = useQuery(jobTypesQuery);
  const type = types.data?.find((one) => one.name === schedule.type);
  const retains = type?.params_schema["x-retains"] === true && may("storage:read");
  const tab: Tab = retains && search.get("tab") === "retention" ? "retention" : "course";
  if (!retains) return <Course schedule={schedule} />;
  return (
    <Tabs
      label={t("schedules.page.tabs.label")}
      value={tab}
      onChange={(next) => setSearch(next === "course" ? {} : { tab: next })}
      tabs={[
        { value: "course", title: t("schedules.page.tabs.course") },
        { value: "retention", title: t("schedules.page.tabs.retention") },
      ]}
    >
      {tab === "course" ? (
        <Course schedule={schedule} />
      ) : (
        <Simulator schedule={schedule} start={schedule.retention} tz={schedule.tz} />
      )}
    </Tabs>
  );
}

function Course({ schedule }: { schedule: Schedule }) {
  return (
    <div className="grid items-start gap-4 xl:grid-cols-[2fr_1fr]">
      <div className="flex min-w-0 flex-col gap-4">
        <FireHistory schedule={schedule} />
        <ScheduleJobs id={schedule.id} />
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        <NextFires schedule={schedule} />
        <ScheduleFacts schedule={schedule} />
      </div>
    </div>
  );
}

function Actions({ seen }: { seen: Seen }) {
  const { t } = useTranslation();
  const { schedule } = seen;
  const rights = useRights()(schedule);
  const { turn, isPending } = useTurn(schedule);
  return (
    <>
      {rights.run && <RunNow schedule={schedule} />}
      {rights.toggle && (
        <Button disabled={isPending} onClick={() => turn(!schedule.enabled)}>
          {t(schedule.enabled ? "schedules.page.turnOff" : "schedules.page.turnOn")}
        </Button>
      )}
      {rights.edit && (
        <Link to={`/schedules/${schedule.id}/edit`} className={buttonLook()}>
          <Pencil aria-hidden /> {t("schedules.edit")}
        </Link>
      )}
      {rights.remove && <RemoveSchedule seen={seen} />}
    </>
  );
}

function TroubleNote({ trouble }: { trouble: NonNullable<Schedule["trouble"]> }) {
  const { t } = useTranslation();
  const slot = local(new Date(trouble.slot));
  return (
    <div role="note" className="bg-bad-soft flex gap-3 rounded-lg px-4 py-3">
      <CircleAlert className="text-bad mt-0.5 size-5 shrink-0" aria-hidden />
      <div>
        <p className="text-bad font-semibold">{t("schedules.trouble")}</p>
        <p className="break-words">{trouble.detail}</p>
        <p className="text-muted text-xs">{t("schedules.troubleSlot", { slot })}</p>
      </div>
    </div>
  );
}
