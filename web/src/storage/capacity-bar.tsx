import { useTranslation } from "react-i18next";

import { bytes } from "@/format/bytes";
import { fullness } from "@/storage/health";
import type { Pool } from "@/storage/rows";
import { cx } from "@/ui/cx";

const MARKS = [80, 90] as const;
const COLOURS = { ok: "bg-accent", warn: "bg-warn", bad: "bg-bad" } as const;

/** How full a pool is, with marks where it begins to hurt. */
export function CapacityBar({ pool }: { pool: Pool }) {
  const { t } = useTranslation();
  const percent = Math.round(pool.capacity_percent);
  const tone = fullness(pool.capacity_percent);
  return (
    <div className="flex flex-col gap-1">
      <p className="flex flex-wrap gap-x-2">
        <span className="font-medium">
          {t("dashboard.used", {
            used: bytes(pool.allocated_bytes),
            size: bytes(pool.size_bytes),
          })}
        </span>
        <span
          className={cx("ml-auto", tone === "bad" && "text-bad", tone === "warn" && "text-warn")}
        >
          {t(`storage.full.${tone}`, { percent })}
        </span>
      </p>
      <div
        role="meter"
        aria-label={t("dashboard.usedOf", { pool: pool.name })}
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
        className="bg-line relative h-3 overflow-hidden rounded-full"
      >
        <div
          className={cx("h-full", COLOURS[tone])}
          style={{ width: `${Math.min(100, percent)}%` }}
        />
        {MARKS.map((mark) => (
          <div
            key={mark}
            className="bg-surface absolute inset-y-0 w-0.5"
            style={{ left: `${mark}%` }}
          />
        ))}
      </div>
      <div className="text-muted relative h-4 text-xs" aria-hidden>
        {MARKS.map((mark) => (
          <span key={mark} className="absolute -translate-x-1/2" style={{ left: `${mark}%` }}>
            {mark} %
          </span>
        ))}
      </div>
    </div>
  );
}
