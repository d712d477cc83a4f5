import { type ReactNode, type SubmitEvent, useId } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Failed } from "@/ui/states";

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

interface FormDialogProps extends DialogProps {
  title: string;
  description?: string;
  /** What the button says. */
  act: string;
  busy: boolean;
  danger?: boolean;
  problem: unknown;
  onSubmit: () => void;
  children: ReactNode;
}

/** A dialog that is a form: Enter sends it, and what the API refused stands above it. */
export function FormDialog(props: FormDialogProps) {
  const { act, busy, danger, problem, onSubmit, children, ...dialog } = props;
  const { t } = useTranslation();
  const id = useId();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    event.stopPropagation(); // it may stand over a form: React would tell that, too
    onSubmit();
  };
  return (
    <Dialog
      {...dialog}
      actions={
        <>
          <Button onClick={() => dialog.onOpenChange(false)}>{t("ui.cancel")}</Button>
          <Button type="submit" form={id} look={danger ? "danger" : "primary"} disabled={busy}>
            {act}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={submit} className="flex flex-col gap-3">
        {problem !== null && <Failed problem={problem} />}
        {children}
      </form>
    </Dialog>
  );
}
