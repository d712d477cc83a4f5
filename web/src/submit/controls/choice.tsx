import { useChoices } from "@/submit/choices";
import { type ControlProps, orNothing, textOf } from "@/submit/controls/control";
import { usePlaceholder } from "@/submit/controls/plain";
import { Combobox } from "@/ui/combobox";

/** One row of an inventory table, or what is not in it yet. */
export function ChoiceControl({ schema, value, onValue, label: _label, ...parts }: ControlProps) {
  const text = textOf(value);
  const { choices, pending } = useChoices(schema["x-choices"], text);
  const placeholder = usePlaceholder(schema);
  const change = (typed: string) => onValue(fitting(schema.type, typed));
  return (
    <Combobox
      {...parts}
      placeholder={placeholder}
      value={text}
      onValue={change}
      choices={choices}
      pending={pending}
    />
  );
}

/** A number where one is asked for; what is none stays as it was typed, and is refused as such. */
export function fitting(type: string | undefined, typed: string): string | number | undefined {
  const isNumber = type === "integer" && /^-?\d+$/.test(typed);
  return isNumber ? Number(typed) : orNothing(typed);
}
