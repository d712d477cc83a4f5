import { useTranslation } from "react-i18next";
import { Outlet } from "react-router";

import { Page } from "@/ui/page";
import { TabLinks } from "@/ui/tab-links";

const PARTS = ["pools", "datasets", "replication", "disks", "unprotected"] as const;

/** Storage: its parts, each with an address of its own. */
export function StoragePage() {
  const { t } = useTranslation();
  return (
    <Page title={t("nav.storage")}>
      <TabLinks
        label={t("nav.storage")}
        links={PARTS.map((part) => ({
          to: part === "pools" ? "/storage" : `/storage/${part}`,
          end: part === "pools",
          title: t(`storage.parts.${part}`),
        }))}
      />
      <Outlet />
    </Page>
  );
}
