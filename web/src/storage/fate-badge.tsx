import { Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { Fate } from "@/storage/fates";
import { Badge } from "@/ui/badge";

export function FateBadge({ fate }: { fate: Fate }) {
  const { t } = useTranslation();
  if (fate.keep) return <Badge tone="ok">{t("storage.fate.keeps")}</Badge>;
  return (
    <Badge tone="bad">
      <Trash2 aria-hidden /> {t("storage.fate.goes")}
    </Badge>
  );
}
