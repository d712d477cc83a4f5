import { FolderSearch } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";

import { Protection } from "@/dashboard/protection";
import { InventoryCard } from "@/inventory/table";
import { buttonLook } from "@/ui/button";
import { Page } from "@/ui/page";
import { Tabs } from "@/ui/tabs";

const TABS = [
  "protection",
  "runs",
  "jobs",
  "clients",
  "filesets",
  "volumes",
  "pools",
  "storages",
  "config",
] as const;

/** What is backed up, what became of it, and where it lies. */
export function BackupPage() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const tab = TABS.find((one) => one === search.get("tab")) ?? "protection";
  const restore = (
    <Link to="/backup/restore" className={buttonLook({ look: "primary" })}>
      <FolderSearch aria-hidden /> {t("backup.browse")}
    </Link>
  );
  return (
    <Page title={t("nav.backup")} actions={restore}>
      <Tabs
        label={t("backup.parts")}
        value={tab}
        onChange={(next) => setSearch(next === "protection" ? {} : { tab: next })}
        tabs={TABS.map((one) => ({ value: one, title: t(`backup.tab.${one}`) }))}
      >
        {tab === "protection" ? (
          <Protection />
        ) : (
          <InventoryCard key={tab} name={`backup/${tab}`} title={t(`backup.tab.${tab}`)} />
        )}
      </Tabs>
    </Page>
  );
}
