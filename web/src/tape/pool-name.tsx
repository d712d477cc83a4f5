import { useTranslation } from "react-i18next";

import { usePools } from "@/tape/rows";
import { tagOf } from "@/tape/tags";
import { cx } from "@/ui/cx";

/** The colour of a pool, the same wherever it is named. */
export function PoolTag({ pool }: { pool: string }) {
  const pools = usePools();
  const names = pools.data?.items.map((one) => one.name) ?? [];
  return <span aria-hidden className={cx("size-2.5 shrink-0 rounded-sm", tagOf(pool, names))} />;
}

/** A pool's name with its colour. */
export function PoolName({ pool }: { pool: string | null }) {
  const { t } = useTranslation();
  if (pool === null) return <span className="text-muted text-xs">{t("tape.noPool")}</span>;
  return (
    <span className="flex min-w-0 items-center gap-1.5 text-xs">
      <PoolTag pool={pool} />
      <span className="truncate">{pool}</span>
    </span>
  );
}
