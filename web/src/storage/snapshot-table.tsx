import { useQuery } from "@tanstack/react-query";
import {
  createColumnHelper,
  getCoreRowModel,
  type RowSelectionState,
  useReactTable,
} from "@tanstack/react-table";
import { Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Schedule } from "@/api/types";
import { bytes } from "@/format/bytes";
import { jobTypesQuery } from "@/jobs/queries";
import { FateBadge } from "@/storage/fate-badge";
import { fateSaid, fateWhy } from "@/storage/fate-said";
import { shortName } from "@/storage/rows";
import type { Foreseen } from "@/storage/snapshot-history";
import { DESTROY, destroyOf, isFree, snapshotJobs } from "@/storage/snapshot-jobs";
import { StartLink, StartMenu, useStartable } from "@/jobs/starting";
import { Button } from "@/ui/button";
import { VirtualTable } from "@/ui/table";
import { When } from "@/ui/when";

interface SnapshotTableProps {
  dataset: string;
  foreseen: Foreseen[];
  schedules: readonly Schedule[];
}

/** The same as on the line of time, for whoever reads rather than looks; newest first. */
export function SnapshotTable({ dataset, foreseen, schedules }: SnapshotTableProps) {
  const { t } = useTranslation();
  const mayDestroy = useStartable().has(DESTROY);
  const columns = useColumns(schedules);
  const [selection, setSelection] = useState<RowSelectionState>({});
  const table = useReactTable({
    data: foreseen,
    columns,
    state: { rowSelection: selection, columnVisibility: { select: mayDestroy } },
    onRowSelectionChange: setSelection,
    enableRowSelection: ({ original }) => isFree(original.snapshot),
    getCoreRowModel: getCoreRowModel(),
    getRowId: ({ snapshot }) => snapshot.key,
  });
  const selected = foreseen.filter(({ snapshot }) => selection[snapshot.key] && isFree(snapshot));
  return (
    <>
      {selected.length > 0 && (
        <div className="bg-accent-soft flex flex-wrap items-center gap-2 px-4 py-2">
          <span role="status">{t("storage.snapshot.selected", { count: selected.length })}</span>
          <StartLink
            {...destroyOf(
              dataset,
              selected.map(({ snapshot }) => snapshot),
            )}
            size="small"
          >
            <Trash2 aria-hidden /> {t("storage.snapshot.destroy", { count: selected.length })}
          </StartLink>
          <Button size="small" look="quiet" onClick={() => setSelection({})}>
            {t("ui.clear")}
          </Button>
        </div>
      )}
      <VirtualTable
        table={table}
        label={t("storage.snapshot.table", { dataset })}
        className="border-line max-h-[50vh] border-t"
      />
    </>
  );
}

const column = createColumnHelper<Foreseen>();

function useColumns(schedules: readonly Schedule[]) {
  const { t } = useTranslation();
  const { data: types = [] } = useQuery(jobTypesQuery);
  return useMemo(() => {
    return [
      column.display({
        id: "select",
        meta: { width: "3rem" },
        header: ({ table }) => (
          <Tick
            label={t("storage.snapshot.selectAll")}
            checked={table.getIsAllRowsSelected()}
            onChange={(checked) => table.toggleAllRowsSelected(checked)}
          />
        ),
        cell: ({ row }) => (
          <Tick
            label={t("storage.snapshot.select", { name: shortName(row.id) })}
            checked={row.getIsSelected()}
            disabled={!row.getCanSelect()}
            onChange={(checked) => row.toggleSelected(checked)}
          />
        ),
      }),
      column.display({
        id: "name",
        header: t("storage.snapshot.columns.name"),
        meta: { width: "minmax(12rem, 2fr)" },
        cell: ({ row }) => <span title={row.id}>{shortName(row.id)}</span>,
      }),
      column.accessor("snapshot.created_at", {
        header: t("storage.snapshot.columns.created"),
        meta: { width: "7rem" },
        cell: ({ getValue }) => <When at={getValue()} />,
      }),
      column.accessor("snapshot.used_bytes", {
        header: t("storage.snapshot.columns.used"),
        meta: { width: "5.5rem" },
        cell: ({ getValue }) => bytes(getValue()),
      }),
      column.accessor("snapshot.holds", {
        header: t("storage.snapshot.columns.holds"),
        meta: { width: "4rem" },
      }),
      column.accessor("snapshot.clones", {
        header: t("storage.snapshot.columns.clones"),
        meta: { width: "6rem" },
        cell: ({ getValue }) => getValue().join(", ") || "–",
      }),
      column.accessor("fate", {
        header: t("storage.snapshot.columns.fate"),
        meta: { width: "minmax(14rem, 2fr)" },
        cell: ({ getValue }) => (
          <span title={fateSaid(getValue(), t)}>
            <FateBadge fate={getValue()} />{" "}
            <span className="text-muted text-xs">{fateWhy(getValue(), t)}</span>
          </span>
        ),
      }),
      column.accessor("snapshot.task", {
        header: t("storage.snapshot.columns.task"),
        meta: { width: "minmax(7rem, 1fr)" },
        cell: ({ getValue }) => <Task id={getValue()} schedules={schedules} />,
      }),
      column.display({
        id: "jobs",
        header: t("storage.snapshot.columns.jobs"),
        meta: { width: "3.5rem" },
        cell: ({ row }) => (
          <StartMenu of={row.id} starts={snapshotJobs(types, row.original.snapshot)} />
        ),
      }),
    ];
  }, [schedules, t, types]);
}

interface TickProps {
  label: string;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
}

function Tick({ label, checked, disabled, onChange }: TickProps) {
  return (
    <label className="flex size-6 items-center justify-center">
      <input
        type="checkbox"
        aria-label={label}
        className="accent-accent size-4 disabled:opacity-40"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
      />
    </label>
  );
}

function Task({ id, schedules }: { id: string | null; schedules: readonly Schedule[] }) {
  const { t } = useTranslation();
  if (id === null) return <span className="text-muted">{t("storage.snapshot.byHand")}</span>;
  const schedule = schedules.find((one) => one.id === id);
  return (
    <Link to={`/schedules/${id}`} className="text-accent hover:underline">
      {schedule?.name ?? t("storage.snapshot.otherTask")}
    </Link>
  );
}
