import { useTranslation } from "react-i18next";

import type { Missed, Overlap } from "@/api/types";
import type { PartProps } from "@/schedules/what-fields";
import { Field, Input, Select } from "@/ui/field";
import { Card } from "@/ui/page";

const OVERLAPS: readonly Overlap[] = ["skip", "queue", "cancel_previous"];
const MISSES: readonly Missed[] = ["run_once", "skip", "run_all"];
const DAY_S = 86_400;

/** What to do when a slot cannot be as it was meant. */
export function ElseFields({ draft, change, faults }: PartProps) {
  const { t } = useTranslation();
  return (
    <Card title={t("schedules.editor.else")}>
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label={t("schedules.editor.overlap")} errors={faults("overlap")}>
          {(parts) => (
            <Select
              {...parts}
              value={draft.overlap}
              onChange={(event) => change({ overlap: event.target.value as Overlap })}
            >
              {OVERLAPS.map((one) => (
                <option key={one} value={one}>
                  {t(`schedules.overlaps.${one}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t("schedules.editor.missed")} errors={faults("missed")}>
          {(parts) => (
            <Select
              {...parts}
              value={draft.missed}
              onChange={(event) => change({ missed: event.target.value as Missed })}
            >
              {MISSES.map((one) => (
                <option key={one} value={one}>
                  {t(`schedules.misses.${one}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Seconds name="misfire_grace_s" label="grace" least={1} {...{ draft, change, faults }} />
        <Seconds name="jitter_s" label="jitter" least={0} {...{ draft, change, faults }} />
      </div>
    </Card>
  );
}

interface SecondsProps extends PartProps {
  name: "misfire_grace_s" | "jitter_s";
  label: "grace" | "jitter";
  least: number;
}

function Seconds({ name, label, least, draft, change, faults }: SecondsProps) {
  const { t } = useTranslation();
  return (
    <Field
      label={t(`schedules.editor.${label}`)}
      help={t(`schedules.editor.${label}Help`)}
      errors={faults(name)}
    >
      {(parts) => (
        <Input
          {...parts}
          type="number"
          required
          min={least}
          max={DAY_S}
          step={1}
          value={Number.isNaN(draft[name]) ? "" : draft[name]}
          onChange={(event) => change({ [name]: event.target.valueAsNumber })}
        />
      )}
    </Field>
  );
}
