import { createColumnHelper, getCoreRowModel, useReactTable } from "@tanstack/react-table";
import { Archive, Plus } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { bytes } from "@/format/bytes";
import { Freshness, RefreshButton } from "@/inventory/table";
import { ArchiveState, archiveName } from "@/tape/archive-state";
import { JobsMenu } from "@/tape/jobs-menu";
import { PoolName } from "@/tape/pool-name";
import { type ArchiveRow, useArchives } from "@/tape/rows";
import { StartLinks, useStartable } from "@/jobs/starting";
import { buttonLook } from "@/ui/button";
import { Card } from "@/ui/page";
import { Empty, Failed, Loading } from "@/ui/states";
import { VirtualTable } from "@/ui/table";
import { When } from "@/ui/when";

/** What was written to cartridges, newest first. */
export function Archives() {
  const { t } = useTranslation();
  const archives = useArchives();
  const write = useStartable().get("tape.archive_write");
  if (archives.isPending) return <Loading />;
  if (archives.isError)
    return <Failed problem={archives.error} retry={() => void archives.refetch()} />;
  if (archives.data.items.length === 0)
    return (
      <Empty icon={Archive} title={t("tape.archives.none")}>
        <p className="mb-3">{t("tape.archives.noneHint")}</p>
        <StartLinks types={["tape.archive_write", "tape.media_catalog"]} />
      </Empty>
    );
  return (
    <Card
      flush
      title={t("tape.archives.title")}
      actions={
        <>
          <Freshness rows={archives.data} />
          <RefreshButton name="tape/archives" />
          {write && (
            <Link to={`/jobs/new/${write.name}`} className={buttonLook({ size: "small" })}>
              <Plus aria-hidden /> {t("tape.archives.write")}
            </Link>
          )}
        </>
      }
    >
      <ArchivesTable rows={archives.data.items} />
    </Card>
  );
}

const column = createColumnHelper<ArchiveRow>();

function ArchivesTable({ rows }: { rows: readonly ArchiveRow[] }) {
  const { t } = useTranslation();
  const columns = useColumns();
  const data = useMemo(() => rows.toSorted((a, b) => b.began_at.localeCompare(a.began_at)), [rows]);

  const table = useReactTable({
    data,
    columns,
    getCoreRowModel: getCoreRowModel(),
    getRowId: (row) => `${row.node} ${row.key}`,
  });
  return <VirtualTable table={table} label={t("tape.archives.title")} className="max-h-[65vh]" />;
}

function useColumns() {
  const { t } = useTranslation();
  return useMemo(
    () => [
      column.display({
        id: "what",
        header: t("tape.archives.what"),
        meta: { width: "minmax(14rem, 2fr)" },
        cell: ({ row: { original: row } }) => (
          <Link to={`/tape/archives/${row.key}`} className="font-medium hover:underline">
            {archiveName(row)}
          </Link>
        ),
      }),
      column.accessor("state", {
        header: t("tape.archives.state"),
        meta: { width: "8.5rem" },
        cell: ({ getValue }) => <ArchiveState state={getValue()} />,
      }),
      column.accessor("pool", {
        header: t("tape.fact.pool"),
        meta: { width: "7rem" },
        cell: ({ getValue }) => <PoolName pool={getValue()} />,
      }),
      column.accessor("size_bytes", {
        header: t("tape.archives.size"),
        meta: { width: "5rem" },
        cell: ({ getValue }) => bytes(getValue()),
      }),
      column.accessor("files", {
        header: t("tape.archives.files"),
        meta: { width: "4.5rem" },
        cell: ({ getValue }) => getValue().toLocaleString("en"),
      }),
      column.accessor("began_at", {
        header: t("tape.archives.began"),
        meta: { width: "6rem" },
        cell: ({ getValue }) => <When at={getValue()} />,
      }),
      column.display({
        id: "cartridges",
        header: t("tape.archives.cartridges"),
        meta: { width: "minmax(9rem, 1fr)" },
        cell: ({ row: { original: row } }) => <Cartridges archive={row} />,
      }),
      column.display({
        id: "jobs",
        header: () => <span className="sr-only">{t("tape.jobs")}</span>,
        meta: { width: "3.5rem" },
        cell: ({ row: { original: row } }) => (
          <JobsMenu
            table="tape/archives"
            name={archiveName(row)}
            known={{ "tape/archives": row.key }}
          />
        ),
      }),
    ],
    [t],
  );
}

function Cartridges({ archive }: { archive: ArchiveRow }) {
  const { t } = useTranslation();
  const { cartridges, away } = archive;
  return (
    <>
      <span className="font-mono text-xs">{cartridges.join(", ") || "–"}</span>
      {away.length > 0 && (
        <span className="text-warn ml-2 text-xs">
          {t("tape.archives.away", { list: away.join(", ") })}
        </span>
      )}
    </>
  );
}
