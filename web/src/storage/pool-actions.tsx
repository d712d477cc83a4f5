import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { fittingJobs } from "@/inventory/fitting";
import { jobTypesQuery } from "@/jobs/queries";
import { errorsOf } from "@/storage/health";
import type { Pool } from "@/storage/rows";
import { StartLink, StartMenu, StartNow } from "@/jobs/starting";

/** What is done to a pool: the usual acts as buttons, every fitting job in the menu. */
export function PoolActions({ pool }: { pool: Pool }) {
  const { t } = useTranslation();
  const { data: types = [] } = useQuery(jobTypesQuery);
  const at = { pool: pool.name };
  const starts = fittingJobs(types, "storage/pools", { "storage/pools": pool.name });
  return (
    <div className="flex flex-wrap items-center justify-end gap-1">
      <ScrubButton pool={pool} />
      {errorsOf(pool) > 0 && (
        <StartNow type="storage.pool_clear" params={at} node={pool.node}>
          {t("storage.pool.clear")}
        </StartNow>
      )}
      <StartLink type="storage.pool_add_vdev" params={at} size="small">
        {t("storage.pool.addVdev")}
      </StartLink>
      <StartMenu of={pool.name} starts={starts} />
    </div>
  );
}

/** Scrub, pause or go on: whichever makes sense now; none while it resilvers or hangs. */
function ScrubButton({ pool }: { pool: Pool }) {
  const { t } = useTranslation();
  const { name, node, scan } = pool;
  const isOn = scan?.state === "running" || scan?.state === "paused";
  if (pool.is_suspended || (isOn && scan.function === "resilver")) return null;
  if (scan?.state === "running") {
    return (
      <StartNow type="storage.pool_scrub_pause" params={{ pool: name }} node={node}>
        {t("storage.pool.pause")}
      </StartNow>
    );
  }
  const action = isOn ? "resume" : "start";
  return (
    <StartNow type="storage.pool_scrub" params={{ pool: name, action }} node={node}>
      {t(isOn ? "storage.pool.resume" : "storage.pool.scrub")}
    </StartNow>
  );
}
