import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";

import type { RetentionItem } from "@/api/types";
import { newlyGoing, type useRetentionPreview } from "@/schedules/retention-preview";
import { Card } from "@/ui/page";
import { Failed } from "@/ui/states";
import { When } from "@/ui/when";

interface GoingProps {
  preview: ReturnType<typeof useRetentionPreview>;
  /** Dataset, rule or zone were changed, too: the API judges by those that are saved. */
  isOfSaved: boolean;
  /** What may be done about it. */
  children?: ReactNode;
}

/** Exactly which snapshots a change of the retention lets go; none is said, too. */
export function GoingCard({ preview, isOfSaved, children }: GoingProps) {
  const { t } = useTranslation();
  return (
    <Card title={t("schedules.going.title")}>
      <div aria-live="polite" className="flex flex-col gap-2">
        {!preview.isUpToDate && <p className="text-muted">{t("schedules.going.looking")}</p>}
        {preview.isError && <Failed problem={preview.error} retry={() => void preview.refetch()} />}
        {preview.isUpToDate && preview.data && <Items items={newlyGoing(preview.data)} />}
        {children}
        {isOfSaved && <p className="text-muted text-xs">{t("schedules.going.asSaved")}</p>}
        {preview.data?.observed_at && (
          <p className="text-muted text-xs">
            {t("schedules.going.seen")} <When at={preview.data.observed_at} />
          </p>
        )}
      </div>
    </Card>
  );
}

interface FixProps {
  fixing: boolean;
  setFixing: (fixing: boolean) => void;
}

/** Whether what was taken so far is kept as long as was said then. */
export function FixField({ fixing, setFixing }: FixProps) {
  const { t } = useTranslation();
  const help = useId();
  return (
    <div className="flex flex-col gap-1">
      <label className="flex items-center gap-2 font-medium">
        <input
          type="checkbox"
          className="accent-accent size-5 shrink-0"
          checked={fixing}
          aria-describedby={help}
          onChange={(event) => setFixing(event.target.checked)}
        />
        {t("schedules.going.fix")}
      </label>
      <p id={help} className="text-muted text-xs">
        {t("schedules.going.fixHelp")}
      </p>
    </div>
  );
}

function Items({ items }: { items: RetentionItem[] }) {
  const { t } = useTranslation();
  if (items.length === 0) return <p className="text-ok">{t("schedules.going.none")}</p>;
  const said = t("schedules.going.some", { count: items.length });
  return (
    <>
      <p className="text-bad font-medium">{said}</p>
      <ul
        aria-label={said}
        // It may be long, and scrolls by keyboard, too.
        tabIndex={0} // eslint-disable-line jsx-a11y/no-noninteractive-tabindex
        className="divide-line border-line max-h-64 divide-y overflow-y-auto rounded-md border"
      >
        {items.map((item) => (
          <li key={item.name} className="px-3 py-1.5">
            <span className="font-mono text-xs break-all">{item.name}</span>
            <span className="text-muted block text-xs">{item.detail}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
