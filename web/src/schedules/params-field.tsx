import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import type { FieldFault } from "@/api/problem";
import type { JobTypeInfo } from "@/api/types";
import { title as titled } from "@/format/words";
import { choicesOf } from "@/inventory/fitting";
import { useTable } from "@/inventory/queries";
import { CONTROL, Field, Select } from "@/ui/field";
import { cx } from "@/ui/cx";

type Params = Record<string, unknown>;

interface ParamsFieldProps {
  type: JobTypeInfo;
  value: Params;
  onChange: (value: Params) => void;
  /** While what stands there can be no parameters. */
  onBroken: (isBroken: boolean) => void;
  /** Pointers as the API has them: /params/dataset. */
  errors: readonly FieldFault[];
}

const TOP = "/params";
const PICKED = "storage/datasets";

/** The parameters of a job type: as JSON, with a picker for each dataset. */
export function ParamsField({ type, value, onChange, onBroken, errors }: ParamsFieldProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(() => JSON.stringify(value, null, 2));
  const [fault, setFault] = useState<string | null>(null);
  const write = (next: string) => {
    const read = paramsOf(next);
    const why = "params" in read ? null : read.why || t("schedules.editor.isNoObject");
    setText(next);
    setFault(why);
    onBroken(why !== null);
    if ("params" in read) onChange(read.params);
  };
  const pick = (field: string, key: string) =>
    write(JSON.stringify({ ...value, [field]: key }, null, 2));
  const noJson = fault === null ? [] : [t("schedules.editor.noJson", { why: fault })];
  return (
    <>
      {pickersOf(type.params_schema).map(([field, help]) => (
        <Picker key={field} field={field} help={help} value={value[field]} onPick={pick} />
      ))}
      <Field label={t("schedules.editor.params")} errors={[...noJson, ...errors.map(said)]}>
        {({ id, describedBy, invalid }) => (
          <textarea
            id={id}
            aria-describedby={describedBy}
            aria-invalid={invalid}
            rows={Math.min(12, text.split("\n").length + 1)}
            spellCheck={false}
            className={cx(CONTROL, "py-1.5 font-mono text-xs")}
            value={text}
            onChange={(event) => write(event.target.value)}
          />
        )}
      </Field>
    </>
  );
}

/** A fault with the place it is at, where it is not the whole. */
function said({ pointer, message }: FieldFault): string {
  return pointer === TOP ? message : `${pointer.slice(TOP.length + 1)}: ${message}`;
}

function paramsOf(text: string): { params: Params } | { why: string } {
  try {
    const read: unknown = JSON.parse(text);
    const isObject = typeof read === "object" && read !== null && !Array.isArray(read);
    return isObject ? { params: read as Params } : { why: "" };
  } catch (wrong) {
    return { why: wrong instanceof Error ? wrong.message : String(wrong) };
  }
}

type Property = Parameters<typeof choicesOf>[0] & { description?: string };

function pickersOf(schema: Record<string, unknown>): [string, ReactNode][] {
  const properties = (schema.properties ?? {}) as Record<string, Property>;
  return Object.entries(properties)
    .filter(([, property]) => choicesOf(property) === PICKED)
    .map(([field, property]) => [field, property.description]);
}

interface PickerProps {
  field: string;
  help: ReactNode;
  value: unknown;
  onPick: (field: string, key: string) => void;
}

function Picker({ field, help, value, onPick }: PickerProps) {
  const { t } = useTranslation();
  const table = useTable(PICKED);
  const keys = (table.data?.items ?? []).map((row) => row.key);
  const chosen = typeof value === "string" ? value : "";
  return (
    <Field label={titled(field)} help={help}>
      {(parts) => (
        <Select {...parts} value={chosen} onChange={(event) => onPick(field, event.target.value)}>
          <option value="" disabled>
            {t("schedules.editor.pick")}
          </option>
          {[...new Set([...keys, ...(chosen === "" ? [] : [chosen])])].map((key) => (
            <option key={key}>{key}</option>
          ))}
        </Select>
      )}
    </Field>
  );
}
