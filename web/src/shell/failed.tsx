import { useTranslation } from "react-i18next";
import { useRouteError } from "react-router";

import { Button } from "@/ui/button";

/** Stands in for a page that failed; the shell around it lives on. */
export function PageFailed() {
  const { t } = useTranslation();
  const error = useRouteError();
  return (
    <div role="alert" className="mx-auto flex max-w-prose flex-col gap-3 p-8">
      <h1 className="text-xl font-semibold">{t("problem.broken")}</h1>
      <p>{t("problem.brokenDetail")}</p>
      <pre className="bg-bad-soft overflow-x-auto rounded-md p-3 text-xs">{String(error)}</pre>
      <div>
        <Button look="primary" onClick={() => window.location.reload()}>
          {t("problem.reload")}
        </Button>
      </div>
    </div>
  );
}
