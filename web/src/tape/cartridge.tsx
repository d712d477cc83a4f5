import { useDraggable } from "@dnd-kit/core";
import { GripVertical, LoaderCircle, Lock } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { bytes } from "@/format/bytes";
import { MediaState, stateName } from "@/tape/media-state";
import { Meter } from "@/tape/meter";
import { type Cell, cellsOf, type Held } from "@/tape/model";
import type { Motion } from "@/tape/motion";
import { useMoving } from "@/tape/moving";
import { barcodeOf, placeName } from "@/tape/names";
import { PoolName } from "@/tape/pool-name";
import { useShow } from "@/tape/show";
import { Badge } from "@/ui/badge";
import { cx } from "@/ui/cx";
import { Tooltip } from "@/ui/tooltip";

/** A cartridge in its place: what it is, and a handle for whoever may move it. */
export function Cartridge({ cell, held }: { cell: Cell; held: Held }) {
  const moving = useMoving();
  const movable = moving.mayMove(cell);
  const { setNodeRef, listeners, isDragging } = useDraggable({ id: cell.key, disabled: !movable });
  const motion = moving.leaving(cell);
  return (
    <div
      ref={setNodeRef}
      {...listeners}
      className={cx(
        "flex min-w-0 flex-col gap-1",
        movable && "cursor-grab",
        isDragging && "opacity-70",
      )}
    >
      <div className="flex min-h-6 min-w-0 items-center gap-2">
        <PlaceNumber cell={cell} />
        <Barcode held={held} />
        {movable && <Handle cell={cell} barcode={barcodeOf(held)} />}
      </div>
      {motion === undefined ? <CartridgeFacts held={held} /> : <Leaving motion={motion} />}
    </div>
  );
}

/** Of a slot; a drive has a line of its own. */
export function PlaceNumber({ cell }: { cell: Cell }) {
  if (cell.kind === "drive") return null;
  return <span className="text-muted min-w-4 text-xs">{cell.number}</span>;
}

/** The same without anything to press: what hangs on the mouse. */
export function CartridgeLook({ held }: { held: Held }) {
  return (
    <div className="flex flex-col gap-1">
      <span className="font-mono font-semibold">{barcodeOf(held)}</span>
      <CartridgeFacts held={held} />
    </div>
  );
}

function Barcode({ held }: { held: Held }) {
  const show = useShow();
  const key = held.media?.key;
  const text = barcodeOf(held);
  const look = "min-w-0 grow truncate text-left font-mono text-[0.8125rem] font-semibold";
  if (key === undefined) return <span className={cx(look, "text-muted")}>{text}</span>;
  return (
    <button
      type="button"
      className={cx(look, "min-h-6 hover:underline")}
      onClick={() => show.open(`cartridge:${key}`)}
    >
      {text}
    </button>
  );
}

function Handle({ cell, barcode }: { cell: Cell; barcode: string }) {
  const { t } = useTranslation();
  const { pick, picked, leave } = useMoving();
  const isPicked = picked?.key === cell.key;
  return (
    <Tooltip text={t("tape.move.handleHint")}>
      <button
        type="button"
        data-handle={cell.key}
        aria-label={t("tape.move.handle", { barcode })}
        aria-pressed={isPicked}
        className="text-muted hover:text-ink hover:bg-accent-soft flex size-6 shrink-0 cursor-grab! items-center justify-center rounded"
        onClick={() => (isPicked ? leave() : pick(cell))}
      >
        <GripVertical className="size-4" aria-hidden />
      </button>
    </Tooltip>
  );
}

function CartridgeFacts({ held }: { held: Held }) {
  const { t } = useTranslation();
  const { media, kind } = held;
  return (
    <>
      <span className="flex flex-wrap items-center gap-1">
        <MediaState state={stateName(media?.state, kind)} />
        {kind === "worm" && <Badge>{t("tape.worm")}</Badge>}
        {media?.is_write_protected && (
          <Lock className="text-muted size-3.5" aria-label={t("tape.protected")} role="img" />
        )}
      </span>
      {media?.is_duplicate && <Badge tone="bad">{t("tape.duplicate")}</Badge>}
      {kind !== "cleaning" && <PoolName pool={media?.pool ?? null} />}
      <Fill held={held} />
      {media?.job && (
        <Link className="text-accent truncate text-xs underline" to={`/jobs/${media.job.id}`}>
          {media.job.title}
        </Link>
      )}
    </>
  );
}

function Fill({ held }: { held: Held }) {
  const { t } = useTranslation();
  const { capacityBytes, usedBytes, kind } = held;
  if (capacityBytes === null || usedBytes === null || kind === "cleaning") return null;
  return (
    <Tooltip text={t("tape.written", { used: bytes(usedBytes), size: bytes(capacityBytes) })}>
      <div>
        <Meter
          value={usedBytes}
          of={capacityBytes}
          label={t("tape.fillOf", { barcode: barcodeOf(held) })}
        />
      </div>
    </Tooltip>
  );
}

function Leaving({ motion }: { motion: Motion }) {
  const { t } = useTranslation();
  const { shelf } = useMoving();
  const to = cellsOf(shelf).find(({ key }) => key === motion.to);
  return (
    <Link
      to={`/jobs/${motion.job.id}`}
      className="text-info flex items-center gap-1 text-xs hover:underline"
    >
      <LoaderCircle className="size-3.5 shrink-0 animate-spin" aria-hidden />
      {to === undefined
        ? t("tape.move.leavingSomewhere")
        : t("tape.move.leaving", { place: placeName(to) })}
    </Link>
  );
}
