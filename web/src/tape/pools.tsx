import { Boxes, Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Freshness } from "@/inventory/table";
import { PoolCard } from "@/tape/pool-card";
import { useMedia, usePools } from "@/tape/rows";
import { StartLinks, useStartable } from "@/jobs/starting";
import { buttonLook } from "@/ui/button";
import { Empty, Failed, Loading } from "@/ui/states";

/** The media pools: their rules, and how much they hold and take. */
export function PoolsTab() {
  const { t } = useTranslation();
  const pools = usePools();
  const media = useMedia();
  if (pools.isPending || media.isPending) return <Loading />;
  if (pools.isError) return <Failed problem={pools.error} retry={() => void pools.refetch()} />;
  if (media.isError) return <Failed problem={media.error} retry={() => void media.refetch()} />;
  if (pools.data.items.length === 0)
    return (
      <Empty icon={Boxes} title={t("tape.pools.none")}>
        <p className="mb-3">{t("tape.pools.noneHint")}</p>
        <StartLinks types={["tape.pool_create"]} />
      </Empty>
    );
  return (
    <div className="flex flex-col gap-3">
      <div className="flex items-center justify-end gap-3">
        <Freshness rows={pools.data} />
        <CreateLink />
      </div>
      <ul className="grid gap-4 lg:grid-cols-2 2xl:grid-cols-3">
        {pools.data.items.map((pool) => (
          <PoolCard key={`${pool.node} ${pool.key}`} pool={pool} media={media.data.items} />
        ))}
      </ul>
    </div>
  );
}

function CreateLink() {
  const { t } = useTranslation();
  const type = useStartable().get("tape.pool_create");
  if (type === undefined) return null;
  return (
    <Link to={`/jobs/new/${type.name}`} className={buttonLook({ look: "primary" })}>
      <Plus aria-hidden /> {t("tape.pools.create")}
    </Link>
  );
}
