import { useQuery } from "@tanstack/react-query";
import {
  type ColumnDef,
  getCoreRowModel,
  getFilteredRowModel,
  useReactTable,
} from "@tanstack/react-table";
import { RefreshCw } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";

import { title as titled } from "@/format/words";
import { fittingJobs } from "@/inventory/fitting";
import { type Row, type RowFilters, type Rows, useRefresh, useTable } from "@/inventory/queries";
import { columnsOf, shown } from "@/inventory/values";
import { jobTypesQuery } from "@/jobs/queries";
import { StartMenu } from "@/jobs/starting";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Input } from "@/ui/field";
import { Card } from "@/ui/page";
import { Empty, Failed, Loading } from "@/ui/states";
import { VirtualTable } from "@/ui/table";
import { When } from "@/ui/when";

interface InventoryCardProps {
  /** Such as "storage/pools". */
  name: string;
  title: string;
  filters?: RowFilters;
}

/** Any inventory table with the jobs that fit each row. */
export function InventoryCard({ name, title, filters }: InventoryCardProps) {
  const { t } = useTranslation();
  const table = useTable(name, filters);
  const [sought, setSought] = useState("");
  return (
    <Card
      flush
      title={title}
      actions={
        <>
          {table.data && <Freshness rows={table.data} />}
          <Input
            type="search"
            aria-label={t("inventory.filter")}
            placeholder={t("inventory.filter")}
            className="h-8 w-44"
            value={sought}
            onChange={(event) => setSought(event.target.value)}
          />
          <RefreshButton name={name} />
        </>
      }
    >
      {table.isPending && <Loading />}
      {table.isError && <Failed problem={table.error} retry={() => void table.refetch()} />}
      {table.data?.items.length === 0 && (
        <Empty title={t("inventory.empty")}>{t("inventory.emptyHint")}</Empty>
      )}
      {table.data && table.data.items.length > 0 && (
        <RowsTable name={name} title={title} rows={table.data.items} sought={sought} />
      )}
    </Card>
  );
}

/** When the rows were seen, and whether anybody still looks. */
export function Freshness({ rows }: { rows: Pick<Rows, "observed_at" | "stale"> }) {
  const { t } = useTranslation();
  return (
    <span className="text-muted flex items-center gap-2 text-xs">
      {rows.stale && <Badge tone="warn">{t("inventory.stale")}</Badge>}
      {rows.observed_at && (
        <span>
          {t("inventory.observed")} <When at={rows.observed_at} />
        </span>
      )}
    </span>
  );
}

export function RefreshButton({ name }: { name: string }) {
  const { t } = useTranslation();
  const refresh = useRefresh(name);
  const go = () =>
    refresh.mutate(undefined, {
      onSuccess: () => toast(t("inventory.refreshing")),
      onError: (problem) => toast.error(problem.message),
    });
  return (
    <Button look="quiet" size="tiny" aria-label={t("inventory.refresh")} onClick={go}>
      <RefreshCw className={refresh.isPending ? "animate-spin" : ""} />
    </Button>
  );
}

interface RowsTableProps {
  name: string;
  title: string;
  rows: Row[];
  sought: string;
}

function RowsTable({ name, title, rows, sought }: RowsTableProps) {
  const columns = useMemo<ColumnDef<Row>[]>(
    () => [
      ...columnsOf(rows).map((column): ColumnDef<Row> => ({
        id: column,
        accessorFn: (row) => row[column],
        header: titled(column),
        meta: { width: column === "key" ? "minmax(12rem, 2fr)" : "minmax(7rem, 1fr)" },
        cell: ({ getValue }) => shown(column, getValue()),
      })),
      {
        id: "jobs",
        header: "",
        meta: { width: "3.5rem" },
        cell: ({ row }) => <RowJobs table={name} row={row.original} />,
      },
    ],
    [name, rows],
  );

  const table = useReactTable({
    data: rows,
    columns,
    state: { globalFilter: sought },
    getCoreRowModel: getCoreRowModel(),
    getFilteredRowModel: getFilteredRowModel(),
    getRowId: (row) => `${row.node} ${row.key}`,
  });
  return <VirtualTable table={table} label={title} className="max-h-[65vh]" />;
}

/** The jobs that fit a row and that this person may start; none, no button. */
export function RowJobs({ table, row }: { table: string; row: Row }) {
  const types = useQuery(jobTypesQuery);
  const starts = fittingJobs(types.data ?? [], table, { [table]: row.key });
  return <StartMenu of={row.key} starts={starts} />;
}
