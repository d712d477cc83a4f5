import { ArrowRight } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Job } from "@/api/types";
import { useSubmit } from "@/jobs/queries";
import type { Move } from "@/tape/moves";
import { focusHandle, focusPlace, useMoving } from "@/tape/moving";
import { barcodeOf, placeName } from "@/tape/names";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Failed } from "@/ui/states";

/** Asks before the robot moves; Enter says yes. */
export function ConfirmMove({ onSent }: { onSent: (job: Job) => void }) {
  const { asked } = useMoving();
  return asked === null ? null : <Question move={asked} onSent={onSent} />;
}

function Question({ move, onSent }: { move: Move; onSent: (job: Job) => void }) {
  const { t } = useTranslation();
  const { leave } = useMoving();
  const submit = useSubmit();
  const [key] = useState(() => crypto.randomUUID());
  const { type } = move.draft;
  const names = { barcode: barcodeOf(move.from.held), place: placeName(move.to) };
  const keep = () => {
    leave();
    focusHandle(move.from.key);
  };
  const go = () =>
    submit.mutate(
      { draft: move.draft, key },
      {
        onSuccess: (job) => {
          onSent(job);
          leave();
          focusPlace(move.to.key);
        },
      },
    );
  return (
    <Dialog
      open
      onOpenChange={keep}
      title={t(`tape.move.ask.${type}`, names)}
      description={t(`tape.move.about.${type}`)}
      actions={
        <>
          <Button onClick={keep}>{t("ui.cancel")}</Button>
          <Button look="primary" autoFocus disabled={submit.isPending} onClick={go}>
            {t(`tape.move.go.${type}`)}
          </Button>
        </>
      }
    >
      <FromTo move={move} />
      {submit.isError && (
        <div className="mt-3">
          <Failed problem={submit.error} />
        </div>
      )}
    </Dialog>
  );
}

function FromTo({ move }: { move: Move }) {
  const { t } = useTranslation();
  return (
    <dl className="flex flex-wrap items-end gap-x-4 gap-y-2">
      <div>
        <dt className="text-muted text-xs">{t("tape.move.cartridge")}</dt>
        <dd className="font-mono font-semibold">{barcodeOf(move.from.held)}</dd>
      </div>
      <div>
        <dt className="text-muted text-xs">{t("tape.move.from")}</dt>
        <dd>{placeName(move.from)}</dd>
      </div>
      <ArrowRight className="text-muted mb-0.5 size-4" aria-hidden />
      <div>
        <dt className="text-muted text-xs">{t("tape.move.toward")}</dt>
        <dd>{placeName(move.to)}</dd>
      </div>
    </dl>
  );
}
