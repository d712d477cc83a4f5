import type { ReactNode } from "react";

interface SimpleTableProps {
  label: string;
  columns: readonly string[];
  rows: readonly { key: string; cells: readonly ReactNode[] }[];
}

/** A table of few rows, all of them drawn. */
export function SimpleTable({ label, columns, rows }: SimpleTableProps) {
  return (
    // What is wider than a phone scrolls in itself, by keyboard too.
    <div className="overflow-x-auto" role="group" aria-label={label} tabIndex={0}>
      <table className="w-full" aria-label={label}>
        <thead className="text-muted border-line border-b text-left text-xs">
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" className="px-4 py-2 font-medium whitespace-nowrap">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-line divide-y">
          {rows.map(({ key, cells }) => (
            <tr key={key} className="hover:bg-page">
              {cells.map((cell, at) => (
                <td key={columns[at]} className="px-4 py-2">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
