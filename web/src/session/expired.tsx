import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Me } from "@/api/types";
import { onSessionEnded } from "@/session/ended";
import { SignInForm } from "@/session/sign-in";
import { Dialog } from "@/ui/dialog";

/** Asks for the password when the session ends under an open page, which stays as it is. */
export function ExpiredDialog({ me }: { me: Me }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  useEffect(() => onSessionEnded(() => setOpen(true)), []);
  return (
    <Dialog
      firm
      open={open}
      onOpenChange={() => undefined}
      title={t("session.again")}
      description={t("session.expired")}
    >
      <SignInForm username={me.user.name} onDone={() => setOpen(false)} />
    </Dialog>
  );
}
