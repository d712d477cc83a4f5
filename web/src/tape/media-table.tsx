import { createColumnHelper, getCoreRowModel, useReactTable } from "@tanstack/react-table";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { KeptUntil, knownOf, Used } from "@/tape/cartridge-details";
import { JobsMenu } from "@/tape/jobs-menu";
import { MediaState, stateName } from "@/tape/media-state";
import { whereOf } from "@/tape/names";
import { PoolName } from "@/tape/pool-name";
import type { MediaRow } from "@/tape/rows";
import { useShow } from "@/tape/show";
import { VirtualTable } from "@/ui/table";
import { When } from "@/ui/when";

interface MediaTableProps {
  rows: MediaRow[];
  chosen: ReadonlySet<string>;
  choose: (chosen: ReadonlySet<string>) => void;
}

const column = createColumnHelper<MediaRow>();

/** Cartridges in a table, of which some can be chosen. */
export function MediaTable({ rows, chosen, choose }: MediaTableProps) {
  const { t } = useTranslation();
  const facts = useFacts();
  const columns = [
    column.display({
      id: "choose",
      header: () => (
        <Check
          label={t("tape.media.chooseAll")}
          checked={rows.every((row) => chosen.has(row.key))}
          onChange={(all) => choose(new Set(all ? rows.map((row) => row.key) : []))}
        />
      ),
      meta: { width: "3rem" },
      cell: ({ row: { original: row } }) => (
        <Check
          label={t("tape.media.choose", { barcode: row.key })}
          checked={chosen.has(row.key)}
          onChange={(checked) => choose(changed(chosen, row.key, checked))}
        />
      ),
    }),
    ...facts,
  ];

  const table = useReactTable({
    data: rows,
    columns,
    getCoreRowModel: getCoreRowModel(),
    getRowId: (row) => `${row.node} ${row.key}`,
  });
  return <VirtualTable table={table} label={t("tape.media.title")} className="max-h-[65vh]" />;
}

function changed(chosen: ReadonlySet<string>, key: string, checked: boolean): Set<string> {
  const next = new Set(chosen);
  if (checked) next.add(key);
  else next.delete(key);
  return next;
}

interface CheckProps {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

/** A checkbox that can be hit. */
export function Check({ label, checked, onChange }: CheckProps) {
  return (
    <label className="-m-1 inline-flex size-8 items-center justify-center">
      <input
        type="checkbox"
        aria-label={label}
        className="accent-accent size-4"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
      />
    </label>
  );
}

function useFacts() {
  const { t } = useTranslation();
  return useMemo(
    () => [
      column.accessor("barcode", {
        header: t("tape.fact.barcode"),
        meta: { width: "7rem" },
        cell: ({ row }) => <Barcode media={row.original} />,
      }),
      column.accessor("kind", {
        header: t("tape.fact.kind"),
        meta: { width: "5.5rem" },
        cell: ({ getValue }) => t(`tape.kind.${getValue()}`),
      }),
      column.display({
        id: "where",
        header: t("tape.fact.where"),
        meta: { width: "minmax(9.5rem, 1fr)" },
        cell: ({ row }) => whereOf(row.original),
      }),
      column.accessor("pool", {
        header: t("tape.fact.pool"),
        meta: { width: "6rem" },
        cell: ({ getValue }) => <PoolName pool={getValue()} />,
      }),
      column.display({
        id: "state",
        header: t("tape.fact.state"),
        meta: { width: "9rem" },
        cell: ({ row: { original: row } }) => <MediaState state={stateName(row.state, row.kind)} />,
      }),
      column.display({
        id: "used",
        header: t("tape.fact.used"),
        meta: { width: "9.25rem" },
        cell: ({ row }) => <Used media={row.original} />,
      }),
      column.display({
        id: "kept",
        header: t("tape.fact.kept"),
        meta: { width: "5.5rem" },
        cell: ({ row }) => <KeptUntil media={row.original} />,
      }),
      column.accessor("last_write_at", {
        header: t("tape.fact.lastWrite"),
        meta: { width: "6rem" },
        cell: ({ getValue }) => <When at={getValue()} />,
      }),
      column.display({
        id: "jobs",
        header: () => <span className="sr-only">{t("tape.jobs")}</span>,
        meta: { width: "3.25rem" },
        cell: ({ row: { original: row } }) => (
          <JobsMenu table="tape/media" name={row.key} kind={row.kind} known={knownOf(row)} />
        ),
      }),
    ],
    [t],
  );
}

function Barcode({ media }: { media: MediaRow }) {
  const show = useShow();
  return (
    <button
      type="button"
      className="min-h-6 font-mono font-semibold hover:underline"
      onClick={() => show.open(`cartridge:${media.key}`)}
    >
      {media.barcode}
    </button>
  );
}
