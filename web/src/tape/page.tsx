import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";

import { NotFound } from "@/shell/not-found";
import { ArchiveTab } from "@/tape/archive-tab";
import { Details } from "@/tape/details";
import { LibraryTab } from "@/tape/library";
import { MediaTab } from "@/tape/media";
import { PoolsTab } from "@/tape/pools";
import { Page } from "@/ui/page";
import { Tabs } from "@/ui/tabs";

const TABS = { libraries: LibraryTab, media: MediaTab, pools: PoolsTab, archives: ArchiveTab };
type Tab = keyof typeof TABS;

function isTab(name: string): name is Tab {
  return name in TABS;
}

/** Libraries, cartridges, media pools and archives; which of them stands in the address. */
export function TapePage() {
  const { t } = useTranslation();
  const { tab = "libraries" } = useParams();
  const navigate = useNavigate();
  if (!isTab(tab)) return <NotFound />;
  const Content = TABS[tab];
  return (
    <Page title={t("nav.tape")}>
      <Tabs
        label={t("tape.tabsOf")}
        value={tab}
        onChange={(next: Tab) => void navigate(next === "libraries" ? "/tape" : `/tape/${next}`)}
        tabs={(Object.keys(TABS) as Tab[]).map((value) => ({
          value,
          title: t(`tape.tabs.${value}`),
        }))}
      >
        <Content />
      </Tabs>
      <Details />
    </Page>
  );
}
