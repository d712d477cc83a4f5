import { useTranslation } from "react-i18next";

import { RuleBuilder } from "@/schedules/builder";
import { inWords } from "@/schedules/in-words";
import type { PartProps } from "@/schedules/what-fields";
import { ZoneField } from "@/schedules/zone-field";
import { Field, Input } from "@/ui/field";
import { Card } from "@/ui/page";

const FIELDS = 5;

/** When it runs: by choosing, and as cron; both are the same rule. */
export function RuleFields({ draft, change, faults }: PartProps) {
  const { t } = useTranslation();
  const isHalf = draft.cron.trim().split(/\s+/).length !== FIELDS;
  const half = isHalf ? [t("schedules.editor.cronNone")] : [];
  return (
    <Card title={t("schedules.editor.when")}>
      <div className="flex flex-col gap-3">
        <p className="text-accent text-base font-semibold" aria-live="polite">
          {inWords(draft.cron)}
        </p>
        <RuleBuilder cron={draft.cron} onChange={(cron) => change({ cron })} />
        <div className="grid items-start gap-3 sm:grid-cols-2">
          <Field
            required
            label={t("schedules.editor.cron")}
            help={t("schedules.editor.cronHelp")}
            errors={isHalf ? half : faults("cron")}
          >
            {(parts) => (
              <Input
                {...parts}
                spellCheck={false}
                autoComplete="off"
                className="max-w-64 font-mono"
                value={draft.cron}
                onChange={(event) => change({ cron: event.target.value })}
              />
            )}
          </Field>
          <ZoneField value={draft.tz} errors={faults("tz")} onChange={(tz) => change({ tz })} />
        </div>
        <WindowFields {...{ draft, change, faults }} />
      </div>
    </Card>
  );
}

function WindowFields({ draft, change, faults }: PartProps) {
  const { t } = useTranslation();
  return (
    <div className="flex flex-col gap-1">
      <div className="flex flex-wrap gap-3">
        {(["begin", "end"] as const).map((edge) => (
          <Field key={edge} label={t(`schedules.editor.${edge}`)} errors={faults(edge)}>
            {(parts) => (
              <Input
                {...parts}
                type="time"
                className="w-36"
                value={draft[edge] ?? ""}
                onChange={(event) => change({ [edge]: event.target.value || null })}
              />
            )}
          </Field>
        ))}
      </div>
      <p className="text-muted text-xs">{t("schedules.editor.windowHelp")}</p>
    </div>
  );
}
