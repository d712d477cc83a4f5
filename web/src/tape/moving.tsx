import { createContext, type ReactNode, use, useMemo, useState } from "react";

import { type Cell, cellsOf, type Shelf } from "@/tape/model";
import type { Motion } from "@/tape/motion";
import { isMovable, type Move, movesFrom } from "@/tape/moves";
import { useMay } from "@/session/session";

/** A cartridge in hand, where it may go, and what is under way already. */
interface Moving {
  shelf: Shelf;
  picked: Cell | null;
  targets: ReadonlyMap<string, Move>;
  /** The move that waits for somebody's yes. */
  asked: Move | null;
  /** By mouse: the focus stays where it is. */
  isDragged: boolean;
  mayMove: (cell: Cell) => boolean;
  pick: (cell: Cell, dragged?: boolean) => void;
  ask: (move: Move) => void;
  leave: () => void;
  leaving: (cell: Cell) => Motion | undefined;
  coming: (cell: Cell) => Motion | undefined;
}

const Context = createContext<Moving | null>(null);

export function useMoving(): Moving {
  const moving = use(Context);
  if (moving === null) throw new Error("useMoving needs a MovingProvider above it");
  return moving;
}

interface ProviderProps {
  shelf: Shelf;
  motions: readonly Motion[];
  children: ReactNode;
}

const NONE: ReadonlyMap<string, Move> = new Map();

export function MovingProvider({ shelf, motions, children }: ProviderProps) {
  const may = useMay();
  const allowed = may("tape:operate") && may("jobs:submit");
  const [picked, setPicked] = useState<{ key: string; dragged: boolean } | null>(null);
  const [asked, setAsked] = useState<Move | null>(null);
  const moving = useMemo<Moving>(() => {
    const busy = new Set(
      motions.flatMap(({ from, to }) => [from, to]).filter((key) => key !== null),
    );
    const cell = cellOf(shelf, picked?.key);
    return {
      shelf,
      picked: cell,
      targets: cell === null ? NONE : movesFrom(shelf, cell, busy),
      asked,
      isDragged: picked?.dragged ?? false,
      mayMove: (one) => allowed && isMovable(shelf, one, busy),
      pick: (one, dragged = false) => setPicked({ key: one.key, dragged }),
      ask: setAsked,
      leave: () => {
        setPicked(null);
        setAsked(null);
      },
      leaving: (one) => motions.find((motion) => motion.from === one.key),
      coming: (one) => motions.find((motion) => motion.to === one.key && motion.from !== one.key),
    };
  }, [shelf, motions, allowed, picked, asked]);
  return <Context value={moving}>{children}</Context>;
}

function cellOf(shelf: Shelf, key: string | undefined): Cell | null {
  return cellsOf(shelf).find((one) => one.key === key) ?? null;
}

const FOCUS_MS = 60; // after the dialog has given the focus back to what may be gone

/** Put the focus on a place, which stays whatever comes to lie in it. */
export function focusPlace(key: string): void {
  focusLater(`[data-place="${CSS.escape(key)}"]`);
}

/** Put the focus back on what a cartridge was taken in hand by. */
export function focusHandle(key: string): void {
  focusLater(`[data-handle="${CSS.escape(key)}"]`);
}

function focusLater(selector: string): void {
  setTimeout(() => document.querySelector<HTMLElement>(selector)?.focus(), FOCUS_MS);
}
