import { BellOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { AlertItem } from "@/alerts/alert";
import { Channels } from "@/alerts/channels";
import { useAlerts } from "@/alerts/queries";
import type { AlertState } from "@/api/types";
import { Card, Page } from "@/ui/page";
import { Empty, Failed, Loading } from "@/ui/states";
import { Tabs } from "@/ui/tabs";

const STATES: readonly AlertState[] = ["active", "dismissed", "cleared"];

export function AlertsPage() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const state = STATES.find((one) => one === search.get("state")) ?? "active";
  return (
    <Page title={t("nav.alerts")}>
      <Tabs
        label={t("alerts.states")}
        value={state}
        onChange={(next) => setSearch(next === "active" ? {} : { state: next })}
        tabs={STATES.map((one) => ({ value: one, title: t(`alerts.state.${one}`) }))}
      >
        <AlertList state={state} />
      </Tabs>
      <Channels />
    </Page>
  );
}

function AlertList({ state }: { state: AlertState }) {
  const { t } = useTranslation();
  const alerts = useAlerts(state);
  if (alerts.isPending) return <Loading />;
  if (alerts.isError) return <Failed problem={alerts.error} retry={() => void alerts.refetch()} />;
  if (alerts.data.items.length === 0) {
    return <Empty icon={BellOff} title={t(`alerts.none.${state}`)} />;
  }
  return (
    <Card flush>
      <ul className="divide-line divide-y">
        {alerts.data.items.map((alert) => (
          <AlertItem key={alert.id} alert={alert} />
        ))}
      </ul>
    </Card>
  );
}
