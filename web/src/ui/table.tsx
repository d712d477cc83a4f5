import { flexRender, type Row, type Table as Model } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";

import { cx } from "@/ui/cx";

const ROW_PX = 44;
const OVERSCAN = 12;

interface TableProps<T> {
  table: Model<T>;
  /** What the table lists, for those who do not see it. */
  label: string;
  /** Called when the end comes near. */
  onEnd?: (() => void) | undefined;
  className?: string;
}

/**
 * A long table that draws only what is seen. Columns say their width in `meta.width`, as a grid
 * track; the roles are those of a table, and the row count that of all rows, drawn or not.
 */
export function VirtualTable<T>({ table, label, onEnd, className }: TableProps<T>) {
  const frame = useRef<HTMLDivElement>(null);
  const { rows } = table.getRowModel();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
    getItemKey: (index) => rows[index]?.id ?? index,
  });
  const drawn = virtual.getVirtualItems();
  const last = drawn.at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - OVERSCAN) onEnd?.();
  }, [last, rows.length, onEnd]);
  const tracks = table
    .getVisibleLeafColumns()
    .map((column) => column.columnDef.meta?.width ?? "minmax(6rem, 1fr)")
    .join(" ");
  return (
    // A table of divs: rows that are not drawn leave no gap that a real table could have.
    <div
      ref={frame}
      role="table"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      tabIndex={0}
      className={cx("min-h-0 overflow-auto", className)}
    >
      <div className="w-max min-w-full">
        {table.getHeaderGroups().map((group) => (
          <div
            key={group.id}
            role="row"
            aria-rowindex={1}
            className="bg-surface border-line text-muted sticky top-0 z-10 grid items-center border-b text-xs font-medium"
            style={{ gridTemplateColumns: tracks }}
          >
            {group.headers.map((header) => (
              <div key={header.id} role="columnheader" className="truncate px-3 py-2">
                {flexRender(header.column.columnDef.header, header.getContext())}
              </div>
            ))}
          </div>
        ))}
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {drawn.map((item) => {
            const row = rows[item.index];
            return row === undefined ? null : (
              <Line key={row.id} row={row} index={item.index} top={item.start} tracks={tracks} />
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface LineProps<T> {
  row: Row<T>;
  index: number;
  top: number;
  tracks: string;
}

function Line<T>({ row, index, top, tracks }: LineProps<T>) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className="border-line hover:bg-page absolute inset-x-0 grid items-center border-b"
      style={{ height: ROW_PX, transform: `translateY(${top}px)`, gridTemplateColumns: tracks }}
    >
      {row.getVisibleCells().map((cell) => (
        <div key={cell.id} role="cell" className="truncate px-3">
          {flexRender(cell.column.columnDef.cell, cell.getContext())}
        </div>
      ))}
    </div>
  );
}
