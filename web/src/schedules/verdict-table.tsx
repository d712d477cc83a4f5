import { createColumnHelper, getCoreRowModel, useReactTable } from "@tanstack/react-table";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { bytes } from "@/format/bytes";
import type { Judged } from "@/schedules/simulation";
import { inZone } from "@/schedules/zones";
import { Badge } from "@/ui/badge";
import { Card } from "@/ui/page";
import { VirtualTable } from "@/ui/table";

const column = createColumnHelper<Judged>();

/** Every snapshot with its verdict and the reason: the same as the timeline, in words. */
export function VerdictTable({ all, tz }: { all: Judged[]; tz: string }) {
  const { t } = useTranslation();
  const columns = useColumns(tz);
  const table = useReactTable({
    data: all,
    columns,
    getCoreRowModel: getCoreRowModel(),
    getRowId: (one) => one.name,
  });
  return (
    <Card flush className="overflow-hidden">
      <VirtualTable table={table} label={t("schedules.sim.table")} className="max-h-[26rem]" />
    </Card>
  );
}

function useColumns(tz: string) {
  const { t } = useTranslation();
  return useMemo(
    () => [
      column.accessor("keep", {
        header: t("schedules.sim.verdict"),
        meta: { width: "6rem" },
        cell: ({ getValue }) => (
          <Badge tone={getValue() ? "ok" : "bad"}>
            {t(getValue() ? "schedules.sim.kept" : "schedules.sim.goes")}
          </Badge>
        ),
      }),
      column.accessor("name", {
        header: t("schedules.sim.snapshot"),
        meta: { width: "minmax(14rem, 1.2fr)" },
        cell: ({ getValue }) => (
          <span className="font-mono text-xs" title={getValue()}>
            {getValue()}
          </span>
        ),
      }),
      column.accessor("detail", {
        header: t("schedules.sim.why"),
        meta: { width: "minmax(14rem, 1fr)" },
        cell: ({ getValue }) => <span title={getValue()}>{getValue()}</span>,
      }),
      column.accessor("created_at", {
        header: t("schedules.sim.created"),
        meta: { width: "12rem" },
        cell: ({ getValue }) => created(getValue(), tz),
      }),
      column.accessor("used_bytes", {
        header: t("schedules.sim.used"),
        meta: { width: "6rem" },
        cell: ({ getValue }) => sized(getValue()),
      }),
    ],
    [t, tz],
  );
}

function created(at: string | null, tz: string): string {
  return at === null ? "–" : inZone(new Date(at), tz);
}

function sized(size: number | null): string {
  return size === null ? "–" : bytes(size);
}
