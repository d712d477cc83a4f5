import { HardDrive } from "lucide-react";
import { useTranslation } from "react-i18next";

import { Freshness, RefreshButton } from "@/inventory/table";
import { PoolCard } from "@/storage/pool-card";
import { useWhole } from "@/storage/rows";
import { StartLink } from "@/jobs/starting";
import { Empty, Failed, Loading } from "@/ui/states";

/** Every pool with its devices. */
export function Pools() {
  const { t } = useTranslation();
  const pools = useWhole("pools");
  if (pools.isPending) return <Loading />;
  if (pools.isError) return <Failed problem={pools.error} retry={() => void pools.refetch()} />;
  const { items } = pools.data;
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-2">
        <StartLink type="storage.pool_create" params={{}} look="primary">
          {t("storage.pool.create")}
        </StartLink>
        <StartLink type="storage.pool_import" params={{}}>
          {t("storage.pool.import")}
        </StartLink>
        <div className="ml-auto flex items-center gap-2">
          <Freshness rows={pools.data} />
          <RefreshButton name="storage/pools" />
        </div>
      </div>
      {items.length === 0 && (
        <Empty icon={HardDrive} title={t("storage.pool.none")}>
          {t("storage.pool.noneHint")}
        </Empty>
      )}
      {items.map((pool) => (
        <PoolCard key={`${pool.node} ${pool.key}`} pool={pool} />
      ))}
    </div>
  );
}
