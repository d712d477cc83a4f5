import { SecretPicker } from "@/secrets/picker";
import { type ControlProps, orNothing, textOf } from "@/submit/controls/control";
import { isRecord } from "@/submit/params";

export function SecretNameControl({ value, onValue, schema: _schema, ...parts }: ControlProps) {
  return (
    <SecretPicker {...parts} value={textOf(value)} onValue={(name) => onValue(orNothing(name))} />
  );
}

/** The same where the schema wraps the name: {"secret": "offsite-key"}. */
export function SecretControl({ value, onValue, ...rest }: ControlProps) {
  const name = isRecord(value) ? value.secret : undefined;
  return (
    <SecretNameControl
      {...rest}
      value={name}
      onValue={(secret) => onValue(secret === undefined ? undefined : { secret })}
    />
  );
}
