import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useBlocker } from "react-router";

import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";

/** Asks before what was written is lost: by a link, by "back", and by closing the tab. */
export function Leaving({ isDirty }: { isDirty: boolean }) {
  const { t } = useTranslation();
  const blocker = useBlocker(isDirty);
  useEffect(() => {
    if (!isDirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [isDirty]);
  const stay = () => blocker.reset?.();
  return (
    <Dialog
      open={blocker.state === "blocked"}
      onOpenChange={stay}
      title={t("schedules.editor.leaveTitle")}
      description={t("schedules.editor.leaveWhat")}
      actions={
        <>
          <Button onClick={stay}>{t("schedules.editor.stay")}</Button>
          <Button look="danger" onClick={() => blocker.proceed?.()}>
            {t("schedules.editor.leave")}
          </Button>
        </>
      }
    >
      {null}
    </Dialog>
  );
}
