import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { api, told } from "@/api/client";
import type { components } from "@/api/types";
import { fullInDays, pointsOf } from "@/dashboard/trend";
import { useTable } from "@/inventory/queries";
import { CapacityBar } from "@/storage/capacity-bar";
import { Badge } from "@/ui/badge";
import { Card } from "@/ui/page";
import { Empty, Failed, Loading } from "@/ui/states";

type Pool = components["schemas"]["row.storage.pools"];

const TREND_DAYS = 90;
const TrendChart = lazy(() => import("@/dashboard/trend-chart"));

/** How full every pool was, day by day. */
function useSamples() {
  return useQuery({
    queryKey: ["inventory", "storage/pools", "samples"],
    queryFn: () =>
      told(
        api.GET("/api/v1/inventory/{subsystem}/{noun}/samples", {
          params: { path: { subsystem: "storage", noun: "pools" }, query: { days: TREND_DAYS } },
        }),
      ),
  });
}

/** How full the pools are and were, and how they are. */
export function Capacity() {
  const { t } = useTranslation();
  const pools = useTable<Pool & Record<string, unknown>>("storage/pools");
  return (
    <Card title={t("dashboard.capacity")}>
      {pools.isPending && <Loading />}
      {pools.isError && <Failed problem={pools.error} />}
      {pools.data?.items.length === 0 && <Empty title={t("dashboard.noPools")} />}
      <ul className="flex flex-col gap-4">
        {pools.data?.items.map((pool) => (
          <li key={`${pool.node} ${pool.key}`}>
            <PoolBar pool={pool} />
            <Trend pool={pool} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** Nothing before there are two days to draw a line between. */
export function Trend({ pool }: { pool: Pool }) {
  const { t } = useTranslation();
  const samples = useSamples();
  const points = pointsOf(samples.data?.items ?? [], pool);
  if (points.length < 2) return null;
  const days = fullInDays(points);
  return (
    <>
      <Suspense fallback={<div className="h-24" />}>
        <TrendChart points={points} label={t("dashboard.trendOf", { pool: pool.name })} />
      </Suspense>
      {days !== null && (
        <p className="text-muted text-xs">{t("dashboard.fullIn", { count: days })}</p>
      )}
    </>
  );
}

function PoolBar({ pool }: { pool: Pool }) {
  const healthy = pool.health === "ONLINE" && !pool.is_suspended;
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-center gap-2">
        <Link to="/storage" className="font-medium hover:underline">
          {pool.name}
        </Link>
        <Badge tone={healthy ? "ok" : "bad"}>{pool.is_suspended ? "SUSPENDED" : pool.health}</Badge>
      </div>
      <CapacityBar pool={pool} />
    </div>
  );
}
