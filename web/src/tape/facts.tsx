import { t as text } from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { cx } from "@/ui/cx";

interface FactsProps {
  facts: readonly (readonly [string, ReactNode])[];
  /** One column, however much room there is. */
  narrow?: boolean;
}

/** Names and values, two columns where there is room. */
export function Facts({ facts, narrow }: FactsProps) {
  return (
    <dl
      className={cx(
        "grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5",
        !narrow && "sm:grid-cols-[auto_1fr_auto_1fr]",
      )}
    >
      {facts.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0 break-words">{value ?? "–"}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What can be done with what the facts are about. */
export function Fitting({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <section className="border-line mt-4 border-t pt-3">
      <h3 className="mb-1 font-semibold">{t("tape.fitting")}</h3>
      {children}
    </section>
  );
}

export function protection(isProtected: boolean | null): string | null {
  return isProtected === null ? null : text(isProtected ? "tape.protected" : "tape.writable");
}
