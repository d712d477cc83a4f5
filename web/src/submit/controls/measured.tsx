import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type ControlProps, textOf } from "@/submit/controls/control";
import { usePlaceholder } from "@/submit/controls/plain";
import {
  type Amount,
  byteMeasure,
  type Measure,
  rateMeasure,
  shownAmount,
  spanMeasure,
  timeMeasure,
} from "@/submit/measures";
import { Input, Select } from "@/ui/field";

/** An amount and its unit; the value is one number, or one duration. */
function Measured<V>({ measure, ...props }: ControlProps & { measure: Measure<V> }) {
  const { id, describedBy, invalid, required, label, schema, onValue } = props;
  const { t } = useTranslation();
  const value = props.value as V | undefined;
  const standard = schema["x-default"] as V | undefined;
  const first = standard === undefined ? null : measure.split(standard);
  const [typed, setTyped] = useState<Amount>({ text: "", unit: first?.unit ?? measure.start });
  const placeholder = usePlaceholder(schema);
  const shown = shownAmount(measure, typed, value);
  const change = (part: Partial<Amount>) => {
    const next = { ...shown, ...part };
    setTyped(next);
    onValue(measure.join(next));
  };
  return (
    <div className="flex max-w-80 gap-2">
      <Input
        id={id}
        describedBy={describedBy}
        invalid={invalid}
        aria-required={required}
        type="number"
        step="any"
        min={0}
        placeholder={placeholder}
        value={shown.text}
        onChange={(event) => change({ text: event.target.value })}
      />
      <Select
        aria-label={t("submit.field.unitOf", { title: label })}
        className="w-28 shrink-0"
        value={shown.unit}
        onChange={(event) => change({ unit: event.target.value })}
      >
        {measure.units.map((unit) => (
          <option key={unit}>{unit}</option>
        ))}
      </Select>
    </div>
  );
}

export const BytesControl = (props: ControlProps) => <Measured {...props} measure={byteMeasure} />;
export const RateControl = (props: ControlProps) => <Measured {...props} measure={rateMeasure} />;
export const SecondsControl = (props: ControlProps) => (
  <Measured {...props} measure={timeMeasure} />
);

/** A duration of several units, such as P1DT12H, stays the text it is. */
export function SpanControl(props: ControlProps) {
  const { id, describedBy, invalid, value, onValue } = props;
  const text = textOf(value);
  if (text === "" || spanMeasure.split(text) !== null) {
    return <Measured {...props} measure={spanMeasure} />;
  }
  return (
    <Input
      id={id}
      describedBy={describedBy}
      invalid={invalid}
      className="max-w-80"
      value={text}
      onChange={(event) => onValue(event.target.value || undefined)}
    />
  );
}
