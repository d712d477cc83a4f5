import { Plus, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Entry, mapOf } from "@/submit/controls/adding";
import type { ControlProps } from "@/submit/controls/control";
import { BytesControl } from "@/submit/controls/measured";
import { TextControl } from "@/submit/controls/plain";
import { isRecord } from "@/submit/params";
import type { Schema } from "@/submit/schema";
import { Button } from "@/ui/button";
import { Input, Select } from "@/ui/field";

/** Names and their values, such as properties of a dataset. */
export function MapControl({ id, schema, label, value, onValue, ...parts }: ControlProps) {
  const { t } = useTranslation();
  const [entries, setEntries] = useState<Entry[]>(() =>
    Object.entries(isRecord(value) ? value : {}),
  );
  const values = typeof schema.additionalProperties === "object" ? schema.additionalProperties : {};
  const change = (next: Entry[]) => {
    setEntries(next);
    onValue(mapOf(next));
  };
  const replace = (nth: number, entry: Entry) =>
    change(entries.map((one, at) => (at === nth ? entry : one)));
  return (
    <div className="flex flex-col gap-2">
      {entries.map(([name, one], nth) => (
        // An entry has no identity but its place: its name is what is being typed.
        <div key={nth} className="flex flex-wrap items-center gap-2">
          <NameInput
            label={t("submit.field.nameOf", { title: label })}
            schema={schema.propertyNames}
            value={name}
            onValue={(next) => replace(nth, [next, one])}
          />
          <MapValue
            id={`${id}-value-${nth}`}
            name={name === "" ? t("submit.field.unnamed") : name}
            schema={values}
            value={one}
            onValue={(next) => replace(nth, [name, next])}
          />
          <Button
            look="quiet"
            size="tiny"
            aria-label={t("submit.field.removeOf", { title: name || t("submit.field.unnamed") })}
            onClick={() => change(entries.filter((_, at) => at !== nth))}
          >
            <X aria-hidden />
          </Button>
        </div>
      ))}
      <div>
        <Button
          id={id}
          size="small"
          aria-describedby={parts.describedBy}
          aria-label={t("submit.field.addOf", { title: label })}
          onClick={() => setEntries([...entries, ["", undefined]])}
        >
          <Plus aria-hidden /> {t("submit.field.add")}
        </Button>
      </div>
    </div>
  );
}

interface NameInputProps {
  label: string;
  schema: Schema | undefined;
  value: string;
  onValue: (name: string) => void;
}

function NameInput({ label, schema, value, onValue }: NameInputProps) {
  const { t } = useTranslation();
  const names = schema?.enum;
  if (names === undefined) {
    return (
      <Input
        aria-label={label}
        autoComplete="off"
        spellCheck={false}
        className="w-44"
        placeholder={schema?.examples?.map(String)[0]}
        value={value}
        onChange={(event) => onValue(event.target.value)}
      />
    );
  }
  return (
    <Select
      aria-label={label}
      className="w-44"
      value={value}
      onChange={(event) => onValue(event.target.value)}
    >
      <option value="">{t("submit.field.choose")}</option>
      {names.map((name) => (
        <option key={String(name)}>{String(name)}</option>
      ))}
    </Select>
  );
}

interface MapValueProps {
  id: string;
  name: string;
  schema: Schema;
  value: unknown;
  onValue: (value: unknown) => void;
}

function MapValue({ name, ...rest }: MapValueProps) {
  const { t } = useTranslation();
  const label = t("submit.field.valueOf", { name });
  const Control = rest.schema["x-kind"] === "bytes" ? BytesControl : TextControl;
  return (
    <div className="min-w-40 grow">
      <label htmlFor={rest.id} className="sr-only">
        {label}
      </label>
      <Control {...rest} label={label} describedBy={undefined} invalid={false} required={false} />
    </div>
  );
}
