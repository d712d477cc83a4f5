import { ChevronDown, ChevronRight, Database, Folder } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { bytes } from "@/format/bytes";
import type { JobTypeInfo } from "@/api/types";
import { addressOf } from "@/storage/address";
import { datasetJobs } from "@/storage/dataset-jobs";
import { StartMenu } from "@/jobs/starting";
import type { Line } from "@/storage/tree";

export const COLUMNS = ["name", "used", "available", "referenced", "mountpoint", "jobs"] as const;
export const TRACKS = "minmax(12rem,2fr) 7rem 7rem 7rem minmax(12rem,1fr) 4rem";
const INDENT_REM = 1.25;

interface LineProps {
  line: Line;
  index: number;
  top: number;
  height: number;
  types: readonly JobTypeInfo[];
  /** The one line that is reached by tabulator. */
  isActive: boolean;
  onActivate: () => void;
  onToggle: () => void;
}

export function DatasetLine(props: LineProps) {
  const { line, index, top, height, types, isActive, onActivate, onToggle } = props;
  const { dataset } = line;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-level={line.level}
      aria-posinset={line.place}
      aria-setsize={line.siblings}
      {...(line.hasChildren && { "aria-expanded": line.isExpanded })}
      tabIndex={isActive ? 0 : -1}
      onFocus={onActivate}
      className="border-line hover:bg-page focus-visible:bg-accent-soft absolute inset-x-0 grid items-center border-b -outline-offset-2"
      style={{ height, transform: `translateY(${top}px)`, gridTemplateColumns: TRACKS }}
    >
      <div
        role="gridcell"
        className="flex min-w-0 items-center gap-1.5 px-3"
        style={{ paddingLeft: `${0.5 + (line.level - 1) * INDENT_REM}rem` }}
      >
        <Opener line={line} onToggle={onToggle} />
        <Kind kind={dataset.kind} />
        <Link
          to={addressOf(dataset)}
          tabIndex={-1}
          className="truncate font-medium hover:underline"
          title={dataset.key}
        >
          {line.label}
        </Link>
      </div>
      <Cell>{bytes(dataset.used_bytes)}</Cell>
      <Cell>{bytes(dataset.available_bytes)}</Cell>
      <Cell>{bytes(dataset.referenced_bytes)}</Cell>
      <Cell>
        {dataset.size_bytes === null ? (
          <span title={dataset.mountpoint ?? ""}>{dataset.mountpoint ?? "–"}</span>
        ) : (
          bytes(dataset.size_bytes)
        )}
      </Cell>
      <Cell>
        <StartMenu
          of={dataset.key}
          starts={datasetJobs(types, dataset)}
          tabIndex={isActive ? 0 : -1}
        />
      </Cell>
    </div>
  );
}

function Cell({ children }: { children: ReactNode }) {
  return (
    <div role="gridcell" className="truncate px-3">
      {children}
    </div>
  );
}

/** For the mouse; the keyboard has its arrows. */
function Opener({ line, onToggle }: { line: Line; onToggle: () => void }) {
  const { t } = useTranslation();
  if (!line.hasChildren) return <span className="size-6 shrink-0" />;
  const Icon = line.isExpanded ? ChevronDown : ChevronRight;
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-label={t(line.isExpanded ? "storage.dataset.close" : "storage.dataset.open", {
        name: line.label,
      })}
      className="hover:bg-line flex size-6 shrink-0 items-center justify-center rounded"
      onClick={onToggle}
    >
      <Icon className="size-4" aria-hidden />
    </button>
  );
}

export function Kind({ kind }: { kind: "filesystem" | "volume" }) {
  const { t } = useTranslation();
  const Icon = kind === "volume" ? Database : Folder;
  return (
    <Icon
      role="img"
      aria-label={t(`storage.kind.${kind}`)}
      className="text-muted size-4 shrink-0"
    />
  );
}
