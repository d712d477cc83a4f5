import {
  type Announcements,
  DndContext,
  type DragEndEvent,
  DragOverlay,
  type DragStartEvent,
  MouseSensor,
  pointerWithin,
  TouchSensor,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { CartridgeLook } from "@/tape/cartridge";
import { cellsOf, type Shelf } from "@/tape/model";
import { useMoving } from "@/tape/moving";
import { barcodeOf, placeName } from "@/tape/names";

const CLICK_PX = 6; // less is a click, not a drag
const HOLD = { delay: 250, tolerance: 8 }; // a finger that goes at once scrolls

/** Lets cartridges be dragged with a mouse or a finger; a drop asks before anything is moved. */
export function DragArea({ shelf, children }: { shelf: Shelf; children: ReactNode }) {
  const moving = useMoving();
  const announcements = useAnnouncements(shelf);
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: CLICK_PX } }),
    useSensor(TouchSensor, { activationConstraint: HOLD }),
  );
  const start = ({ active }: DragStartEvent) => {
    const cell = cellsOf(shelf).find((one) => one.key === active.id);
    if (cell !== undefined) moving.pick(cell, true);
  };
  const end = ({ over }: DragEndEvent) => {
    const move = over === null ? undefined : moving.targets.get(String(over.id));
    if (move === undefined) moving.leave();
    else moving.ask(move);
  };
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={pointerWithin}
      accessibility={{ announcements, screenReaderInstructions: { draggable: "" } }}
      onDragStart={start}
      onDragEnd={end}
      onDragCancel={moving.leave}
    >
      {children}
      <DragOverlay dropAnimation={null}>
        {moving.isDragged && moving.asked === null && moving.picked?.held && (
          <div className="bg-raised border-accent w-36 rotate-2 rounded-lg border p-2 shadow-xl">
            <CartridgeLook held={moving.picked.held} />
          </div>
        )}
      </DragOverlay>
    </DndContext>
  );
}

function useAnnouncements(shelf: Shelf): Announcements {
  const { t } = useTranslation();
  const cell = (id: string | number | undefined) =>
    cellsOf(shelf).find((one) => one.key === String(id));
  const barcode = (id: string | number) => barcodeOf(cell(id)?.held ?? null);
  const place = (id: string | number) => {
    const found = cell(id);
    return found === undefined ? "" : placeName(found);
  };
  return {
    onDragStart: ({ active }) => t("tape.move.announce.start", { barcode: barcode(active.id) }),
    onDragOver: ({ over }) =>
      over === null
        ? t("tape.move.announce.away")
        : t("tape.move.announce.over", { place: place(over.id) }),
    onDragEnd: ({ active, over }) =>
      over === null
        ? t("tape.move.announce.cancel", { barcode: barcode(active.id) })
        : t("tape.move.announce.drop", { place: place(over.id) }),
    onDragCancel: ({ active }) => t("tape.move.announce.cancel", { barcode: barcode(active.id) }),
  };
}
