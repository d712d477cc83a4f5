import { Hand, X } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { focusHandle, useMoving } from "@/tape/moving";
import { barcodeOf } from "@/tape/names";
import { focusFirstTarget } from "@/tape/place";
import { Button } from "@/ui/button";

/** Says what is in hand and how to go on; Escape leaves it where it is. */
export function InHand() {
  const { t } = useTranslation();
  const { picked, targets, asked, isDragged, leave } = useMoving();
  const key = picked?.key;
  const waits = key !== undefined && !isDragged && asked === null;
  const put = () => {
    leave();
    if (key !== undefined) focusHandle(key);
  };
  useEffect(() => {
    if (waits) focusFirstTarget();
  }, [waits, key]);
  useEffect(() => {
    if (!waits) return;
    const listen = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      leave();
      focusHandle(key);
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [waits, key, leave]);
  return (
    <div role="status" className="sticky top-2 z-20 empty:hidden">
      {picked && waits && (
        <div className="bg-raised border-accent flex flex-wrap items-center gap-3 rounded-lg border px-4 py-2 shadow-lg">
          <Hand className="text-accent size-5 shrink-0" aria-hidden />
          <p className="min-w-0 grow basis-60">
            <strong>{t("tape.move.moving", { barcode: barcodeOf(picked.held) })}</strong>{" "}
            {t(targets.size === 0 ? "tape.move.nowhere" : "tape.move.choose")}
          </p>
          <Button size="small" onClick={put}>
            <X aria-hidden /> {t("ui.cancel")}
          </Button>
        </div>
      )}
    </div>
  );
}
