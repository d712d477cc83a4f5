import { useTranslation } from "react-i18next";

import { useMay } from "@/session/session";
import { UnprotectedDatasets } from "@/storage/unprotected";
import { Empty } from "@/ui/states";

/** The whole list; it takes schedules to judge, and not everybody may see those. */
export function UnprotectedPage() {
  const { t } = useTranslation();
  const may = useMay();
  if (!may("schedules:read")) return <Empty title={t("storage.unprotected.unseen")} />;
  return (
    <div className="flex flex-col gap-3">
      <p className="text-muted max-w-prose">{t("storage.unprotected.how")}</p>
      <UnprotectedDatasets />
    </div>
  );
}
