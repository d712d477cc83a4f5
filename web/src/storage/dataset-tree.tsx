import { useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { jobTypesQuery } from "@/jobs/queries";
import { addressOf } from "@/storage/address";
import { COLUMNS, DatasetLine, TRACKS } from "@/storage/dataset-line";
import { useExpanded } from "@/storage/expanded";
import type { Dataset } from "@/storage/rows";
import { idOf, linesOf, move } from "@/storage/tree";
import { Empty } from "@/ui/states";

const ROW_PX = 40;
const OVERSCAN = 12;

interface TreeProps {
  datasets: readonly Dataset[];
  sought: string;
}

/** A treegrid as WAI-ARIA describes it: one line has the focus, arrows move, Enter opens. */
export function DatasetTree({ datasets, sought }: TreeProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { data: types = [] } = useQuery(jobTypesQuery);
  const pools = useMemo(() => datasets.filter((one) => one.key === one.pool).map(idOf), [datasets]);
  const [expanded, toggle] = useExpanded(pools);
  const lines = linesOf(datasets, expanded, sought);
  const [active, setActive] = useState<string | null>(null);
  const at = Math.max(
    0,
    lines.findIndex(({ id }) => id === active),
  );
  const { frame, virtual, focus } = useFocusable(lines.length);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLElement && event.target.role !== "row") return;
    const line = lines[at];
    if (event.key === "Enter" && line) void navigate(addressOf(line.dataset));
    const led = move(lines, at, event.key);
    if (led === null) return;
    event.preventDefault();
    if (led.toggle !== undefined) toggle(led.toggle);
    setActive(lines[led.focus]?.id ?? null);
    focus(led.focus);
  };

  if (lines.length === 0) return <Empty title={t("storage.dataset.noneFits")} />;
  return (
    // The lines take the keys; each is reached by tabulator and arrows.
    // eslint-disable-next-line jsx-a11y/interactive-supports-focus -- its rows have the focus
    <div
      ref={frame}
      role="treegrid"
      aria-label={t("storage.parts.datasets")}
      aria-rowcount={lines.length + 1}
      className="max-h-[70vh] overflow-auto rounded-xl"
      onKeyDown={onKeyDown}
    >
      <div className="w-max min-w-full">
        <Head />
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const line = lines[item.index];
            return (
              line && (
                <DatasetLine
                  key={line.id}
                  line={line}
                  index={item.index}
                  top={item.start}
                  height={ROW_PX}
                  types={types}
                  isActive={item.index === at}
                  onActivate={() => setActive(line.id)}
                  onToggle={() => toggle(line.id)}
                />
              )
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Head() {
  const { t } = useTranslation();
  return (
    <div role="rowgroup" className="sticky top-0 z-10">
      <div
        role="row"
        aria-rowindex={1}
        className="bg-surface border-line text-muted grid border-b text-xs font-medium"
        style={{ gridTemplateColumns: TRACKS }}
      >
        {COLUMNS.map((column) => (
          <div key={column} role="columnheader" className="px-3 py-2">
            {t(`storage.dataset.columns.${column}`)}
          </div>
        ))}
      </div>
    </div>
  );
}

/** Only lines that are seen are drawn: one that shall have the focus is scrolled to first. */
function useFocusable(count: number) {
  const frame = useRef<HTMLDivElement>(null);
  const wanted = useRef<number | null>(null);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
    scrollPaddingStart: ROW_PX, // the head covers as much
  });
  useEffect(() => {
    const row =
      wanted.current === null
        ? null
        : frame.current?.querySelector<HTMLElement>(`[aria-rowindex="${wanted.current + 2}"]`);
    if (!row) return;
    wanted.current = null;
    row.focus({ preventScroll: true });
  });
  const focus = (index: number) => {
    wanted.current = index;
    virtual.scrollToIndex(index);
  };
  return { frame, virtual, focus };
}
