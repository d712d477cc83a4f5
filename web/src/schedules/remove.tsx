import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { toast } from "sonner";

import { type Seen, useRemove } from "@/schedules/queries";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Failed } from "@/ui/states";

/** Deletes a schedule once somebody has read what goes with it. */
export function RemoveSchedule({ seen }: { seen: Seen }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const remove = useRemove();
  const [open, setOpen] = useState(false);
  const { name } = seen.schedule;
  const go = () =>
    remove.mutate(seen, {
      onSuccess: () => {
        toast(t("schedules.page.removed", { name }));
        void navigate("/schedules");
      },
    });
  return (
    <>
      <Button className="text-bad" onClick={() => setOpen(true)}>
        <Trash2 aria-hidden /> {t("schedules.page.remove")}
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={t("schedules.page.removeTitle", { name })}
        actions={
          <>
            <Button onClick={() => setOpen(false)}>{t("ui.cancel")}</Button>
            <Button look="danger" disabled={remove.isPending} onClick={go}>
              {t("schedules.page.remove")}
            </Button>
          </>
        }
      >
        <p>{t("schedules.page.removeWhat")}</p>
        {remove.isError && <Failed problem={remove.error} />}
      </Dialog>
    </>
  );
}
