import { createColumnHelper, getCoreRowModel, useReactTable } from "@tanstack/react-table";
import { Pencil } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Schedule } from "@/api/types";
import { inWords } from "@/schedules/in-words";
import { LastFire } from "@/schedules/last";
import { targetOf } from "@/schedules/list-filters";
import { useRights } from "@/schedules/rights";
import { RunNow } from "@/schedules/run-now";
import { EnabledSwitch } from "@/schedules/switch";
import { Badge } from "@/ui/badge";
import { buttonLook } from "@/ui/button";
import { VirtualTable } from "@/ui/table";
import { When } from "@/ui/when";

const column = createColumnHelper<Schedule>();

interface SchedulesTableProps {
  schedules: Schedule[];
  titleOf: (type: string) => string;
}

export function SchedulesTable({ schedules, titleOf }: SchedulesTableProps) {
  const { t } = useTranslation();
  const columns = useColumns(titleOf);
  const table = useReactTable({
    data: schedules,
    columns,
    getCoreRowModel: getCoreRowModel(),
    getRowId: (schedule) => schedule.id,
  });
  return (
    <div className="bg-surface border-line flex min-h-0 grow flex-col overflow-hidden rounded-xl border">
      <VirtualTable table={table} label={t("schedules.table")} className="grow" />
    </div>
  );
}

function useColumns(titleOf: (type: string) => string) {
  const { t } = useTranslation();
  return useMemo(
    () => [
      column.display({
        id: "enabled",
        header: t("schedules.columns.enabled"),
        meta: { width: "4.25rem" },
        cell: ({ row }) => <Enabled schedule={row.original} />,
      }),
      column.accessor("name", {
        header: t("schedules.columns.name"),
        meta: { width: "minmax(12rem, 1.4fr)" },
        cell: ({ row: { original: schedule } }) => (
          <Two below={titleOf(schedule.type)}>
            <Link to={`/schedules/${schedule.id}`} className="font-medium hover:underline">
              {schedule.name}
            </Link>
          </Two>
        ),
      }),
      column.display({
        id: "target",
        header: t("schedules.columns.target"),
        meta: { width: "minmax(7rem, 1fr)" },
        cell: ({ row }) => targetOf(row.original.params) || <span className="text-muted">–</span>,
      }),
      column.display({
        id: "rule",
        header: t("schedules.columns.rule"),
        meta: { width: "minmax(13rem, 1.4fr)" },
        cell: ({ row: { original: schedule } }) => (
          <Two below={schedule.tz}>
            <span title={schedule.cron}>{inWords(schedule.cron)}</span>
          </Two>
        ),
      }),
      column.display({
        id: "next",
        header: t("schedules.columns.next"),
        meta: { width: "5.5rem" },
        cell: ({ row: { original: schedule } }) =>
          schedule.enabled ? (
            <When at={schedule.next_fire_at} />
          ) : (
            <Badge>{t("schedules.off")}</Badge>
          ),
      }),
      column.display({
        id: "last",
        header: t("schedules.columns.last"),
        meta: { width: "12rem" },
        cell: ({ row }) => <LastFire schedule={row.original} />,
      }),
      column.display({
        id: "actions",
        header: t("schedules.columns.actions"),
        meta: { width: "5.5rem" },
        cell: ({ row }) => <Actions schedule={row.original} />,
      }),
    ],
    [t, titleOf],
  );
}

function Two({ children, below }: { children: React.ReactNode; below: string }) {
  return (
    <span className="flex min-w-0 flex-col leading-tight">
      <span className="truncate">{children}</span>
      <span className="text-muted truncate text-xs">{below}</span>
    </span>
  );
}

/** A switch for those who may turn it, a word for all others. */
function Enabled({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation();
  const rights = useRights()(schedule);
  if (rights.toggle) return <EnabledSwitch schedule={schedule} />;
  return <>{schedule.enabled ? t("ui.yes") : t("ui.no")}</>;
}

function Actions({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation();
  const rights = useRights()(schedule);
  const label = t("schedules.editOf", { name: schedule.name });
  return (
    <span className="flex gap-1">
      {rights.run && <RunNow small schedule={schedule} />}
      {rights.edit && (
        <Link
          to={`/schedules/${schedule.id}/edit`}
          aria-label={label}
          title={label}
          className={buttonLook({ look: "quiet", size: "tiny" })}
        >
          <Pencil aria-hidden />
        </Link>
      )}
    </span>
  );
}
