import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";

import { bytes } from "@/format/bytes";
import { local } from "@/format/time";
import { FateBadge } from "@/storage/fate-badge";
import { fateSaid, fateWhy } from "@/storage/fate-said";
import { shortName } from "@/storage/rows";
import type { Foreseen } from "@/storage/snapshot-history";
import type { Cluster } from "@/storage/timeline";
import { Badge } from "@/ui/badge";
import { cx } from "@/ui/cx";
import { When } from "@/ui/when";

interface MarkProps {
  cluster: Cluster<Foreseen>;
  isPicked: boolean;
  /** The one mark that is reached by tabulator. */
  isReached: boolean;
  onPick: () => void;
}

/** One snapshot, or several that stand too close; its shape says whether it goes. */
export function TimelineMark({ cluster, isPicked, isReached, onPick }: MarkProps) {
  const { t } = useTranslation();
  const { items } = cluster;
  const going = items.filter(({ fate }) => !fate.keep).length;
  return (
    <div
      role="option"
      aria-selected={isPicked}
      aria-label={nameOf(items, t)}
      tabIndex={isReached ? 0 : -1}
      onClick={onPick}
      // The list takes the keys.
      onKeyDown={undefined}
      className={cx(
        "absolute top-14 flex size-6.5 -translate-x-1/2 -translate-y-1/2 cursor-pointer items-center justify-center rounded-full",
        isPicked && "bg-accent-soft outline-accent outline-2",
      )}
      style={{ left: `${cluster.place * 100}%` }}
    >
      <Shape
        goes={going === items.length}
        some={going > 0}
        held={items.some(({ snapshot }) => snapshot.holds > 0)}
        count={items.length}
      />
    </div>
  );
}

interface ShapeProps {
  goes: boolean;
  some: boolean;
  held: boolean;
  count: number;
}

function Shape({ goes, some, held, count }: ShapeProps) {
  if (count > 1) {
    return (
      <span
        className={cx(
          "flex h-5 min-w-5 items-center justify-center rounded-full border-2 px-1 text-[0.65rem] font-semibold",
          some ? "border-bad bg-bad-soft text-bad" : "border-accent bg-accent-soft text-accent",
          held && "ring-warn ring-2",
        )}
      >
        {count}
      </span>
    );
  }
  if (goes) return <span className="border-bad bg-surface size-3 rotate-45 border-2" />;
  return <span className={cx("bg-accent size-3 rounded-full", held && "ring-warn ring-2")} />;
}

/** What a mark is called for those who do not see it. */
function nameOf(items: readonly Foreseen[], t: TFunction): string {
  const [first] = items;
  if (first === undefined) return "";
  if (items.length === 1) {
    const { snapshot, fate } = first;
    return [
      shortName(snapshot.key),
      local(new Date(snapshot.created_at)),
      bytes(snapshot.used_bytes),
      fateSaid(fate, t),
    ].join(", ");
  }
  const going = items.filter(({ fate }) => !fate.keep).length;
  const oldest = items.at(-1) ?? first;
  return t("storage.timeline.several", {
    count: items.length,
    from: local(new Date(oldest.snapshot.created_at)),
    to: local(new Date(first.snapshot.created_at)),
    going,
  });
}

const MOST_SHOWN = 8;

/** The facts of the mark that was picked. */
export function Picked({ items }: { items: readonly Foreseen[] }) {
  const { t } = useTranslation();
  return (
    <div role="status" className="min-h-9">
      {items.length === 0 && <p className="text-muted text-xs">{t("storage.timeline.hint")}</p>}
      <ul className="flex flex-col gap-1">
        {items.slice(0, MOST_SHOWN).map(({ snapshot, fate }) => (
          <li key={snapshot.key} className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span className="font-medium break-all">{shortName(snapshot.key)}</span>
            <span className="text-muted">
              <When exact at={snapshot.created_at} /> · {bytes(snapshot.used_bytes)}
            </span>
            <FateBadge fate={fate} />
            {snapshot.holds > 0 && <Badge tone="warn">{t("storage.snapshot.held")}</Badge>}
            {snapshot.clones.length > 0 && (
              <span className="text-muted text-xs">
                {t("storage.snapshot.clonedTo", { names: snapshot.clones.join(", ") })}
              </span>
            )}
            <span className="text-muted text-xs">{fateWhy(fate, t)}</span>
          </li>
        ))}
      </ul>
      {items.length > MOST_SHOWN && (
        <p className="text-muted text-xs">
          {t("storage.timeline.more", { count: items.length - MOST_SHOWN })}
        </p>
      )}
    </div>
  );
}
