import { CircleCheck, CircleX } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { SubsystemInfo } from "@/api/types";
import { title as titled, words } from "@/format/words";
import { Badge } from "@/ui/badge";
import { When } from "@/ui/when";

/** One subsystem on one node: which product, what it can, and how to get what is missing. */
export function Subsystem({ subsystem }: { subsystem: SubsystemInfo }) {
  const { t } = useTranslation();
  const able = Object.entries(subsystem.capabilities).filter(([, can]) => can);
  const Icon = subsystem.available ? CircleCheck : CircleX;
  return (
    <li className="bg-surface border-line flex min-w-0 flex-col gap-2 rounded-xl border p-4">
      <div className="flex items-center gap-2">
        <Icon
          className={subsystem.available ? "text-ok size-5" : "text-bad size-5"}
          aria-label={t(subsystem.available ? "system.available" : "system.unavailable")}
        />
        <h2 className="font-semibold">{titled(subsystem.subsystem)}</h2>
        <span className="text-muted ml-auto text-xs">{subsystem.node}</span>
      </div>
      <p>
        {subsystem.driver} <span className="text-muted">{subsystem.version}</span>
      </p>
      <div className="flex flex-wrap gap-1">
        {subsystem.stale && <Badge tone="bad">{t("system.unserved")}</Badge>}
        {!subsystem.production && <Badge tone="warn">{t("system.notForProduction")}</Badge>}
      </div>
      {subsystem.reason && <p className="break-words">{subsystem.reason}</p>}
      {subsystem.how_to_install && (
        <p className="bg-warn-soft rounded-md p-2 break-words">{subsystem.how_to_install}</p>
      )}
      {able.length > 0 && (
        <details>
          <summary className="text-muted">{t("system.can", { count: able.length })}</summary>
          <ul className="mt-1 list-disc pl-5">
            {able.map(([name]) => (
              <li key={name}>{words(name)}</li>
            ))}
          </ul>
        </details>
      )}
      <p className="text-muted mt-auto text-xs">
        {t("inventory.observed")} <When at={subsystem.observed_at} />
      </p>
    </li>
  );
}
