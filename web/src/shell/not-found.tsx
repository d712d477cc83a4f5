import { Compass } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Page } from "@/ui/page";
import { Empty } from "@/ui/states";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Page title={t("problem.notFound")}>
      <Empty icon={Compass} title={t("problem.notFoundDetail")}>
        <Link className="text-accent underline" to="/">
          {t("problem.home")}
        </Link>
      </Empty>
    </Page>
  );
}
