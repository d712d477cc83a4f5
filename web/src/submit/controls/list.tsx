import { X } from "lucide-react";
import { type ClipboardEvent, type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { useChoices } from "@/submit/choices";
import type { ControlProps } from "@/submit/controls/control";
import { fitting } from "@/submit/controls/choice";
import { added } from "@/submit/controls/adding";
import { Combobox } from "@/ui/combobox";
import { Input } from "@/ui/field";

/** Several values: picked or typed one by one, or pasted, one a line. */
export function ListControl({ schema, value, onValue, label, ...parts }: ControlProps) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const values = Array.isArray(value) ? (value as (string | number)[]) : [];
  const { choices, pending } = useChoices(schema["x-choices"], text);
  const left = choices.filter((one) => !values.map(String).includes(one.value));
  const [example] = schema.items?.examples ?? [];
  const add = (typed: string) => {
    const next = added(values.map(String), typed);
    setText("");
    if (next.length > values.length) onValue(next.map((one) => fitting(schema.items?.type, one)));
  };
  const shared = {
    ...parts,
    placeholder: example === undefined ? t("submit.field.another") : String(example),
    value: text,
    onBlur: () => add(text),
    onPaste: (event: ClipboardEvent) => {
      const pasted = event.clipboardData.getData("text");
      if (!pasted.includes("\n")) return;
      event.preventDefault();
      add(pasted);
    },
  };
  const onEnter = (event: KeyboardEvent) => {
    if (text.trim() !== "") event.preventDefault();
    add(text);
  };
  return (
    <div className="flex flex-col gap-1.5">
      {schema["x-choices"] === undefined ? (
        <Input
          {...shared}
          required={false}
          aria-required={parts.required}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") onEnter(event);
          }}
        />
      ) : (
        <Combobox
          {...shared}
          onValue={setText}
          onPick={add}
          onEnter={onEnter}
          choices={left}
          pending={pending}
        />
      )}
      {values.length > 0 && (
        <ul
          aria-label={t("submit.field.chosen", { title: label })}
          className="flex max-h-48 flex-wrap gap-1.5 overflow-y-auto"
        >
          {values.map((one) => (
            <Chip
              key={one}
              text={String(one)}
              onRemove={() => onValue(values.filter((other) => other !== one))}
            />
          ))}
        </ul>
      )}
    </div>
  );
}

function Chip({ text, onRemove }: { text: string; onRemove: () => void }) {
  const { t } = useTranslation();
  return (
    <li className="bg-accent-soft flex max-w-full items-center rounded-md pl-2">
      <span className="min-w-0 break-all">{text}</span>
      <button
        type="button"
        aria-label={t("submit.field.removeOf", { title: text })}
        className="text-muted hover:text-ink flex size-6 shrink-0 items-center justify-center"
        onClick={onRemove}
      >
        <X className="size-3.5" aria-hidden />
      </button>
    </li>
  );
}
