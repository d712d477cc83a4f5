import { useQuery } from "@tanstack/react-query";
import { CalendarClock, CircleAlert, Plus } from "lucide-react";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";

import type { Schedule } from "@/api/types";
import { jobTypesQuery } from "@/jobs/queries";
import { ListFilterBar } from "@/schedules/list-filter-bar";
import { filtersOf, fits } from "@/schedules/list-filters";
import { useSchedules } from "@/schedules/queries";
import { SchedulesTable } from "@/schedules/table";
import { useMay } from "@/session/session";
import { buttonLook } from "@/ui/button";
import { Page } from "@/ui/page";
import { Empty, Failed, Loading } from "@/ui/states";

/** Every schedule: what it does, when, and how it went. */
export function SchedulesPage() {
  const { t } = useTranslation();
  const schedules = useSchedules();
  const all = schedules.data?.items ?? [];
  return (
    <Page
      filled
      title={t("nav.schedules")}
      aside={
        <span className="text-muted" role="status">
          {schedules.data && t("schedules.count", { count: all.length })}
        </span>
      }
      actions={<PageActions />}
    >
      {schedules.isPending && <Loading />}
      {schedules.isError && (
        <Failed problem={schedules.error} retry={() => void schedules.refetch()} />
      )}
      {schedules.data && all.length === 0 && <NoSchedules />}
      {all.length > 0 && <Listed all={all} />}
    </Page>
  );
}

function PageActions() {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <>
      {may("storage:read") && (
        <Link to="/schedules/retention" className={buttonLook()}>
          {t("schedules.sim.link")}
        </Link>
      )}
      {may("schedules:configure") && <NewSchedule />}
    </>
  );
}

function NewSchedule() {
  const { t } = useTranslation();
  return (
    <Link to="/schedules/new" className={buttonLook({ look: "primary" })}>
      <Plus aria-hidden /> {t("schedules.new")}
    </Link>
  );
}

function NoSchedules() {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <Empty icon={CalendarClock} title={t("schedules.empty")}>
      <p className="mb-3">{t("schedules.emptyHint")}</p>
      {may("schedules:configure") && <NewSchedule />}
    </Empty>
  );
}

function Listed({ all }: { all: Schedule[] }) {
  const { t } = useTranslation();
  const [search] = useSearchParams();
  const titleOf = useTypeTitles();
  const filters = filtersOf(search);
  const shown = all.filter((schedule) => fits(filters, schedule));
  const scheduled = [...new Set(all.map((schedule) => schedule.type))].toSorted();
  return (
    <>
      <Troubles schedules={all.filter((schedule) => schedule.enabled && schedule.trouble)} />
      <ListFilterBar types={scheduled.map((name) => ({ name, title: titleOf(name) }))} />
      {shown.length === 0 ? (
        <Empty icon={CalendarClock} title={t("schedules.noneFits")}>
          {t("schedules.noneFitsHint")}
        </Empty>
      ) : (
        <SchedulesTable schedules={shown} titleOf={titleOf} />
      )}
    </>
  );
}

/** The title of a job type by its name; the name itself where no such type is known. */
export function useTypeTitles(): (name: string) => string {
  const types = useQuery(jobTypesQuery);
  const { data } = types;
  return useCallback((name) => data?.find((one) => one.name === name)?.title ?? name, [data]);
}

function Troubles({ schedules }: { schedules: Schedule[] }) {
  const { t } = useTranslation();
  if (schedules.length === 0) return null;
  return (
    <section
      aria-label={t("schedules.troubled", { count: schedules.length })}
      className="bg-bad-soft flex gap-3 rounded-lg px-4 py-3"
    >
      <CircleAlert className="text-bad mt-0.5 size-5 shrink-0" aria-hidden />
      <div className="min-w-0">
        <p className="text-bad font-semibold">
          {t("schedules.troubled", { count: schedules.length })}
        </p>
        <ul className="max-h-32 overflow-y-auto">
          {schedules.map((schedule) => (
            <li key={schedule.id} className="break-words">
              <Link className="font-medium underline" to={`/schedules/${schedule.id}`}>
                {schedule.name}
              </Link>
              {": "}
              {schedule.trouble?.detail}
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
