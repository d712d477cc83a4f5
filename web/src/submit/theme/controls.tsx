/** Our controls as @rjsf takes them: widgets for single values, fields for objects. */
import type { FieldProps, RegistryFieldsType, RegistryWidgetsType, WidgetProps } from "@rjsf/utils";
import type { ComponentType } from "react";

import { ChoiceControl } from "@/submit/controls/choice";
import { type ControlProps, describedBy } from "@/submit/controls/control";
import { ListControl } from "@/submit/controls/list";
import { MapControl } from "@/submit/controls/map";
import { BytesControl, RateControl, SecondsControl, SpanControl } from "@/submit/controls/measured";
import {
  EnumControl,
  NumberControl,
  SwitchControl,
  TextControl,
  TimeControl,
  YesNoControl,
} from "@/submit/controls/plain";
import { SecretControl, SecretNameControl } from "@/submit/controls/secret";
import { OptionalField } from "@/submit/theme/optional";
import type { Schema } from "@/submit/schema";

type Control = ComponentType<ControlProps>;

function widget(Control: Control) {
  return function Widget(props: WidgetProps<unknown>) {
    const { id, required = false, label, onChange, rawErrors = [] } = props;
    const schema = props.schema as Schema;
    const wrong = rawErrors.length > 0;
    return (
      <Control
        id={id}
        describedBy={describedBy(id, schema.description, wrong)}
        invalid={wrong}
        required={required}
        label={label}
        schema={schema}
        value={props.value as unknown}
        onValue={(value) => onChange(value)}
      />
    );
  };
}

function field(Control: Control) {
  return function Field(props: FieldProps<unknown>) {
    const { fieldPathId, required = false, onChange, rawErrors = [], formData } = props;
    const schema = props.schema as Schema;
    const wrong = rawErrors.length > 0;
    return (
      <Control
        id={fieldPathId.$id}
        describedBy={describedBy(fieldPathId.$id, schema.description, wrong)}
        invalid={wrong}
        required={required}
        label={schema.title ?? ""}
        schema={schema}
        value={formData}
        onValue={(value) => onChange(value, fieldPathId.path)}
      />
    );
  };
}

export const widgets: RegistryWidgetsType<unknown> = {
  bytes: widget(BytesControl),
  choice: widget(ChoiceControl),
  enum: widget(EnumControl),
  list: widget(ListControl),
  number: widget(NumberControl),
  rate: widget(RateControl),
  seconds: widget(SecondsControl),
  secretName: widget(SecretNameControl),
  span: widget(SpanControl),
  switch: widget(SwitchControl),
  text: widget(TextControl),
  time: widget(TimeControl),
  yesNo: widget(YesNoControl),
};

export const fields: RegistryFieldsType<unknown> = {
  Optional: OptionalField,
  map: field(MapControl),
  secret: field(SecretControl),
};
