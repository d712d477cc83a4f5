/** Controls that the browser has: text, numbers, one of several, yes or no, a point in time. */
import { useTranslation } from "react-i18next";

import { shown } from "@/submit/faults";
import { type ControlProps, orNothing, textOf } from "@/submit/controls/control";
import { fromLocal, toLocal } from "@/submit/measures";
import type { Schema } from "@/submit/schema";
import { valueTitle } from "@/submit/titles";
import { Input, Select } from "@/ui/field";

/** What holds when it stays empty, or else how it looks. */
export function usePlaceholder(schema: Schema): string | undefined {
  const { t } = useTranslation();
  const standard = schema["x-default"];
  if (standard !== undefined && !schema["x-nullable"]) {
    return t("submit.field.default", { value: shown(schema, standard) });
  }
  const [example] = schema.examples ?? [];
  return example === undefined ? undefined : String(example);
}

export function TextControl({ onValue, schema, value, label: _label, ...parts }: ControlProps) {
  const placeholder = usePlaceholder(schema);
  return (
    <Input
      {...parts}
      required={false}
      aria-required={parts.required}
      autoComplete="off"
      spellCheck={false}
      placeholder={placeholder}
      value={textOf(value)}
      onChange={(event) => onValue(orNothing(event.target.value))}
    />
  );
}

export function NumberControl({ onValue, schema, value, label: _label, ...parts }: ControlProps) {
  const placeholder = usePlaceholder(schema);
  const change = (text: string) => onValue(text === "" ? undefined : Number(text));
  return (
    <Input
      {...parts}
      required={false}
      aria-required={parts.required}
      type="number"
      step={schema.type === "integer" ? 1 : "any"}
      placeholder={placeholder}
      className="max-w-48"
      value={textOf(value)}
      onChange={(event) => change(event.target.value)}
    />
  );
}

export function EnumControl({ onValue, schema, value, label: _label, ...parts }: ControlProps) {
  const { t } = useTranslation();
  const standard = schema["x-default"];
  const values = schema.enum ?? [];
  const empty = parts.required ? t("submit.field.choose") : t("submit.field.unset");
  return (
    <Select
      {...parts}
      required={false}
      aria-required={parts.required}
      className="max-w-80"
      value={textOf(value ?? standard)}
      onChange={(event) => onValue(orNothing(event.target.value))}
    >
      {standard === undefined && <option value="">{empty}</option>}
      {values.map((one) => (
        <option key={String(one)} value={String(one)}>
          {valueTitle(one)}
        </option>
      ))}
    </Select>
  );
}

/** With its own label: the words stand beside the box. */
export function SwitchControl({ onValue, schema, value, label, ...parts }: ControlProps) {
  const isOn = value ?? schema["x-default"] ?? false;
  return (
    <label htmlFor={parts.id} className="flex min-h-6 w-fit items-center gap-2 font-medium">
      <input
        id={parts.id}
        type="checkbox"
        aria-describedby={parts.describedBy}
        aria-invalid={parts.invalid}
        className="accent-accent size-4"
        checked={isOn === true}
        onChange={(event) => onValue(event.target.checked)}
      />
      <span>
        {label}
        {parts.required && (
          <span className="text-bad" aria-hidden>
            {" *"}
          </span>
        )}
      </span>
    </label>
  );
}

const YES_NO = { "": undefined, yes: true, no: false } as const;

export function YesNoControl({
  onValue,
  value,
  schema: _schema,
  label: _l,
  ...parts
}: ControlProps) {
  const { t } = useTranslation();
  const chosen = value === undefined ? "" : value === true ? "yes" : "no";
  return (
    <Select
      {...parts}
      className="max-w-80"
      value={chosen}
      onChange={(event) => onValue(YES_NO[event.target.value as keyof typeof YES_NO])}
    >
      <option value="">{t("submit.field.unset")}</option>
      <option value="yes">{t("submit.field.yes")}</option>
      <option value="no">{t("submit.field.no")}</option>
    </Select>
  );
}

/** In the person's own zone, which stands beside it. */
export function TimeControl({ onValue, value, schema: _s, label: _l, ...parts }: ControlProps) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Input
        {...parts}
        type="datetime-local"
        className="max-w-64"
        value={toLocal(textOf(value))}
        onChange={(event) => onValue(fromLocal(event.target.value))}
      />
      <span className="text-muted text-xs">{Intl.DateTimeFormat().resolvedOptions().timeZone}</span>
    </div>
  );
}
