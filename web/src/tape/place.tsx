import { useDroppable } from "@dnd-kit/core";
import { ArrowDownToLine, LoaderCircle, TriangleAlert } from "lucide-react";
import type { KeyboardEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { targetAfter } from "@/tape/arrows";
import { Cartridge, PlaceNumber } from "@/tape/cartridge";
import type { Cell } from "@/tape/model";
import { useMoving } from "@/tape/moving";
import type { Move } from "@/tape/moves";
import { barcodeOf, placeName } from "@/tape/names";
import { cx } from "@/ui/cx";

interface PlaceProps {
  cell: Cell;
  /** Above what it holds; its number, if there is nothing. */
  children?: ReactNode;
}

/** One place of a library: what it holds, what is coming, or whether it takes what is in hand. */
export function Place({ cell, children }: PlaceProps) {
  const moving = useMoving();
  const target = moving.targets.get(cell.key);
  const { setNodeRef, isOver } = useDroppable({ id: cell.key, disabled: target === undefined });
  const isSource = moving.picked?.key === cell.key;
  return (
    <li
      ref={setNodeRef}
      data-place={cell.key}
      tabIndex={-1}
      aria-label={placeName(cell)}
      className={cx(
        "relative flex min-h-20 min-w-0 flex-col gap-1 rounded-lg border p-2 transition-colors",
        cell.held === null ? "border-strong/50 border-dashed" : "border-line bg-surface shadow-xs",
        cell.trouble !== null && "border-warn bg-warn-soft",
        target && "border-accent bg-accent-soft border-solid",
        isSource && "border-accent ring-accent ring-1",
        isOver && "ring-accent ring-2",
      )}
    >
      {children}
      <Content cell={cell} />
      {cell.trouble !== null && (
        <span className="text-warn flex items-center gap-1 text-xs">
          <TriangleAlert className="size-3.5 shrink-0" aria-hidden /> {cell.trouble}
        </span>
      )}
      {target && !moving.isDragged && <Target move={target} />}
    </li>
  );
}

function Content({ cell }: { cell: Cell }) {
  const { t } = useTranslation();
  const { coming } = useMoving();
  const motion = coming(cell);
  if (cell.held !== null && motion === undefined) return <Cartridge cell={cell} held={cell.held} />;
  return (
    <span className="flex min-h-6 items-center gap-2 text-xs">
      <PlaceNumber cell={cell} />
      {motion === undefined ? (
        <span className="text-muted">{t("tape.empty")}</span>
      ) : (
        <Link
          to={`/jobs/${motion.job.id}`}
          className="text-info flex min-w-0 items-center gap-1 hover:underline"
        >
          <LoaderCircle className="size-3.5 shrink-0 animate-spin" aria-hidden />
          {t("tape.move.coming", { barcode: motion.barcode ?? t("tape.noLabel") })}
        </Link>
      )}
    </span>
  );
}

const TARGET = "data-target";

/** All of a lit place: it takes the cartridge in hand. Arrow keys lead to the others. */
function Target({ move }: { move: Move }) {
  const { t } = useTranslation();
  const moving = useMoving();
  const names = { barcode: barcodeOf(move.from.held), place: placeName(move.to) };
  const text = t(textOf(move));
  return (
    <button
      type="button"
      {...{ [TARGET]: move.to.key }}
      aria-label={t("tape.move.named", { text, ...names })}
      className="text-accent bg-accent-soft focus-visible:ring-accent absolute inset-0 flex items-center justify-center gap-1 rounded-lg text-xs font-semibold focus-visible:ring-2"
      onClick={() => moving.ask(move)}
      onKeyDown={step}
    >
      <ArrowDownToLine className="size-4 shrink-0" aria-hidden />
      {text}
    </button>
  );
}

function textOf({ draft, to }: Move) {
  if (draft.type === "tape.drive_clean") return "tape.move.clean";
  return to.kind === "drive" ? "tape.move.load" : "tape.move.here";
}

function targets(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(`[${TARGET}]`)];
}

function step(event: KeyboardEvent<HTMLButtonElement>): void {
  const all = targets();
  const spots = all.map((one) => {
    const { left, top, width, height } = one.getBoundingClientRect();
    return { x: left + width / 2, y: top + height / 2 };
  });
  const next = targetAfter(event.key, spots, all.indexOf(event.currentTarget));
  if (next === null) return;
  event.preventDefault();
  all[next]?.focus();
}

/** Begin with the first place that takes it. */
export function focusFirstTarget(): void {
  targets()[0]?.focus();
}
