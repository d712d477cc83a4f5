import { useId, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { isZone, zones } from "@/schedules/zones";
import { Field, Input } from "@/ui/field";

interface ZoneFieldProps {
  value: string;
  onChange: (zone: string) => void;
  errors?: readonly string[];
}

/** A time zone: the browser's own list that narrows while one types. */
export function ZoneField({ value, onChange, errors = [] }: ZoneFieldProps) {
  const { t } = useTranslation();
  const listId = useId();
  const known = useMemo(() => zones(), []);
  const none = isZone(value) ? [] : [t("schedules.editor.noZone")];
  return (
    <Field
      required
      label={t("schedules.editor.zone")}
      help={t("schedules.editor.zoneHelp")}
      errors={[...new Set([...none, ...errors])]}
    >
      {(parts) => (
        <>
          <Input
            {...parts}
            list={listId}
            autoComplete="off"
            spellCheck={false}
            className="max-w-80"
            value={value}
            onChange={(event) => onChange(event.target.value.replace(/ /g, "_"))}
          />
          <datalist id={listId}>
            {known.map((zone) => (
              <option key={zone} value={zone}>
                {zone.replaceAll("_", " ")}
              </option>
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
