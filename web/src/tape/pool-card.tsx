import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { bytes } from "@/format/bytes";
import { Facts } from "@/tape/facts";
import { barOf, MediaState } from "@/tape/media-state";
import { PoolTag } from "@/tape/pool-name";
import { roomOf, spanOf } from "@/tape/room";
import type { MediaRow, PoolRow } from "@/tape/rows";
import { useStartable } from "@/jobs/starting";
import { Badge } from "@/ui/badge";
import { buttonLook } from "@/ui/button";
import { cx } from "@/ui/cx";
import { When } from "@/ui/when";

const STATES = ["scratch", "open", "full", "expired", "foreign", "damaged"] as const;

/** One pool: how it is filled, by which rules, and how much room is left. */
export function PoolCard({ pool, media }: { pool: PoolRow; media: readonly MediaRow[] }) {
  const { t } = useTranslation();
  return (
    <li
      aria-label={pool.name}
      className="bg-surface border-line flex min-w-0 flex-col gap-3 rounded-xl border p-4"
    >
      <div className="flex flex-wrap items-center gap-2">
        <PoolTag pool={pool.name} />
        <h2 className="text-base font-semibold">{pool.name}</h2>
        {pool.is_worm && <Badge tone="info">{t("tape.worm")}</Badge>}
        <Link
          to={`/tape/media?pool=${encodeURIComponent(pool.name)}`}
          className="text-accent ml-auto hover:underline"
        >
          {t("tape.pools.cartridges", { count: pool.cartridges })}
        </Link>
      </div>
      <Cartridges pool={pool} />
      <Rules pool={pool} media={media} />
      <Actions pool={pool} />
    </li>
  );
}

function Cartridges({ pool }: { pool: PoolRow }) {
  const { t } = useTranslation();
  if (pool.cartridges === 0) return <p className="text-muted">{t("tape.pools.noCartridges")}</p>;
  const there = STATES.filter((state) => pool[state] > 0);
  return (
    <div className="flex flex-col gap-2">
      <div aria-hidden className="bg-line flex h-2.5 gap-px overflow-hidden rounded-full">
        {there.map((state) => (
          <div key={state} className={barOf(state)} style={{ flexGrow: pool[state] }} />
        ))}
      </div>
      <ul aria-label={t("tape.pools.states")} className="flex flex-wrap gap-1">
        {there.map((state) => (
          <li key={state}>
            <MediaState state={state} count={pool[state]} />
          </li>
        ))}
        {pool.in_vaults > 0 && (
          <li>
            <Badge>{t("tape.pools.inVaults", { count: pool.in_vaults })}</Badge>
          </li>
        )}
      </ul>
    </div>
  );
}

function Rules({ pool, media }: { pool: PoolRow; media: readonly MediaRow[] }) {
  const { t } = useTranslation();
  const own = media.filter((one) => one.node === pool.node);
  const { freeBytes, unknown } = roomOf(pool.name, own);
  const free = [
    t("tape.pools.freeIn", { size: bytes(freeBytes) }),
    unknown > 0 && t("tape.pools.freeUnknown", { count: unknown }),
  ];
  return (
    <Facts
      narrow
      facts={[
        [t("tape.pools.free"), <strong>{free.filter(Boolean).join(" ")}</strong>],
        [t("tape.pools.used"), bytes(pool.used_bytes)],
        [
          t("tape.pools.allocation"),
          t(`tape.pools.allocations.${pool.allocation}`, { zone: pool.time_zone }),
        ],
        [t("tape.pools.retention"), <Retention text={pool.retention} />],
        [
          t("tape.pools.nextExpiry"),
          pool.next_expiry_at ? <When at={pool.next_expiry_at} /> : t("tape.pools.never"),
        ],
        [t("tape.pools.encryption"), t(`tape.pools.encryptions.${pool.encryption}`)],
        [t("tape.pools.library"), pool.library ?? t("tape.pools.anyLibrary")],
      ]}
    />
  );
}

function Retention({ text }: { text: string | null }) {
  const { t } = useTranslation();
  if (text === null) return <>{t("tape.forEver")}</>;
  const time = spanOf(text)
    .map(([unit, count]) => t(`tape.span.${unit}`, { count }))
    .join(" ");
  return <>{t("tape.pools.kept", { time })}</>;
}

function Actions({ pool }: { pool: PoolRow }) {
  const { t } = useTranslation();
  const startable = useStartable();
  const named = { pool: pool.name };
  const actions = [
    ["tape.media_assign", t("tape.pools.assignTo", named), t("tape.pools.assign")],
    ["tape.pool_modify", t("tape.pools.modifyOf", named), t("tape.pools.modify")],
    ["tape.pool_delete", t("tape.pools.deleteOf", named), t("tape.pools.delete")],
  ] as const;
  return (
    <div className="mt-auto flex flex-wrap gap-2 empty:hidden">
      {actions
        .filter(([type]) => startable.has(type))
        .map(([type, label, text]) => (
          <Link
            key={type}
            to={`/jobs/new/${type}`}
            state={{ params: { pool: pool.key } }}
            aria-label={label}
            className={cx(buttonLook({ size: "small" }), type === "tape.pool_delete" && "text-bad")}
          >
            {text}
          </Link>
        ))}
    </div>
  );
}
