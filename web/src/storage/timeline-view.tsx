import { ZoomIn } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { Picked, TimelineMark } from "@/storage/timeline-mark";
import type { Foreseen } from "@/storage/snapshot-history";
import {
  type Cluster,
  clustersOf,
  fittingSpan,
  labelOf,
  placeOf,
  type Span,
  SPANS,
  type Stretch,
  stretchOf,
  ticksOf,
  zoomedOn,
} from "@/storage/timeline";
import { Button } from "@/ui/button";
import { cx } from "@/ui/cx";
import { useNow } from "@/ui/when";

const MARK_PX = 26;
const TICK_PX = 90;
const LAST_LABEL = 0.95; // beyond, it would be cut off
const FIRST_WIDTH_PX = 800;

const timeOf = ({ snapshot }: Foreseen) => Date.parse(snapshot.created_at);

/** Snapshots on a line of time that ends now; arrows lead from mark to mark. */
export function Timeline({ foreseen }: { foreseen: readonly Foreseen[] }) {
  const { t } = useTranslation();
  const now = useNow().getTime();
  const times = foreseen.map(timeOf);
  const [chosen, setChosen] = useState<Span | Stretch | null>(null);
  const shown = chosen ?? fittingSpan(times, now);
  const [frame, width] = useWidth();
  const stretch = typeof shown === "string" ? stretchOf(shown, times, now) : shown;
  const clusters = clustersOf(foreseen, timeOf, stretch, MARK_PX / width);
  const [picked, setPicked] = useState<string | null>(null);
  const at = clusters.findIndex(({ items }) =>
    items.some(({ snapshot }) => snapshot.key === picked),
  );
  const these = clusters[at]?.items ?? [];
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <SpanButtons value={shown} onChange={setChosen} />
        <Legend />
      </div>
      <div
        ref={frame}
        className="border-line bg-page relative h-24 overflow-hidden rounded-lg border"
      >
        {ticksOf(stretch, Math.max(2, Math.floor(width / TICK_PX))).map((tick) => (
          <div
            key={tick.at}
            aria-hidden
            className="border-line text-muted absolute inset-y-0 border-l pl-1 text-xs"
            style={{ left: `${placeOf(tick.at, stretch) * 100}%` }}
          >
            {placeOf(tick.at, stretch) < LAST_LABEL && labelOf(tick)}
          </div>
        ))}
        <div
          aria-hidden
          className="border-accent absolute inset-y-0 border-l-2 border-dotted"
          style={{ left: `${placeOf(now, stretch) * 100}%` }}
        />
        <div aria-hidden className="bg-strong absolute inset-x-0 top-14 h-px" />
        <Marks clusters={clusters} at={at} onPick={setPicked} />
      </div>
      {clusters.length === 0 && (
        <p className="text-muted" role="status">
          {t("storage.timeline.nothing")}
        </p>
      )}
      <Picked items={these} />
      {these.length > 1 && (
        <Button
          size="small"
          className="self-start"
          onClick={() => setChosen(zoomedOn(these.map(timeOf)))}
        >
          <ZoomIn aria-hidden /> {t("storage.timeline.zoom")}
        </Button>
      )}
    </div>
  );
}

interface MarksProps {
  clusters: readonly Cluster<Foreseen>[];
  at: number;
  onPick: (key: string | null) => void;
}

function Marks({ clusters, at, onPick }: MarksProps) {
  const { t } = useTranslation();
  const list = useRef<HTMLDivElement>(null);
  const pick = (index: number) => {
    onPick(clusters[index]?.items[0]?.snapshot.key ?? null);
    list.current?.querySelectorAll<HTMLElement>("[role=option]")[index]?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const from = at === -1 ? clusters.length - 1 : at;
    const to = stepped(event.key, from, clusters.length);
    if (to === null) return;
    event.preventDefault();
    pick(to);
  };
  if (clusters.length === 0) return null;
  return (
    <div
      ref={list}
      role="listbox"
      aria-orientation="horizontal"
      aria-label={t("storage.timeline.label")}
      className="absolute inset-0"
      onKeyDown={onKeyDown}
      tabIndex={-1}
    >
      {clusters.map((cluster, index) => (
        <TimelineMark
          key={cluster.items[0]?.snapshot.key}
          cluster={cluster}
          isPicked={index === at}
          isReached={index === (at === -1 ? clusters.length - 1 : at)}
          onPick={() => pick(index)}
        />
      ))}
    </div>
  );
}

/** Where a key leads on the line; null: nowhere. Enter and space take what has the focus. */
function stepped(key: string, at: number, count: number): number | null {
  const places: Record<string, number> = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    Home: 0,
    End: count - 1,
    Enter: at,
    " ": at,
  };
  const to = places[key];
  return to === undefined ? null : Math.max(0, Math.min(count - 1, to));
}

function SpanButtons({
  value,
  onChange,
}: {
  value: Span | Stretch;
  onChange: (span: Span) => void;
}) {
  const { t } = useTranslation();
  return (
    <div
      role="group"
      aria-label={t("storage.timeline.span")}
      className="border-line flex overflow-hidden rounded-md border"
    >
      {SPANS.map((span) => (
        <button
          key={span}
          type="button"
          aria-pressed={span === value}
          className={cx(
            "border-line h-8 px-3 text-xs not-first:border-l",
            span === value ? "bg-accent text-accent-ink" : "bg-surface hover:bg-accent-soft",
          )}
          onClick={() => onChange(span)}
        >
          {t(`storage.timeline.spans.${span}`)}
        </button>
      ))}
    </div>
  );
}

function Legend() {
  const { t } = useTranslation();
  return (
    <ul className="text-muted ml-auto flex flex-wrap gap-x-4 text-xs" aria-hidden>
      <li className="flex items-center gap-1.5">
        <span className="bg-accent size-3 rounded-full" /> {t("storage.fate.keeps")}
      </li>
      <li className="flex items-center gap-1.5">
        <span className="border-bad size-3 rotate-45 border-2" /> {t("storage.fate.goes")}
      </li>
      <li className="flex items-center gap-1.5">
        <span className="bg-accent ring-warn size-3 rounded-full ring-2" />{" "}
        {t("storage.snapshot.held")}
      </li>
    </ul>
  );
}

function useWidth() {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(FIRST_WIDTH_PX);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(Math.max(1, element.clientWidth)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [frame, width] as const;
}
