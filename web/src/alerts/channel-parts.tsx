/** How a channel of either kind sends. */
import { useTranslation } from "react-i18next";

import { type Draft, SECURITIES } from "@/alerts/channel-draft";
import { SecretPicker } from "@/secrets/picker";
import { cx } from "@/ui/cx";
import { CONTROL, Field, SelectField, TextField } from "@/ui/field";

export interface PartsProps {
  draft: Draft;
  /** What was refused at a field, such as "email/host". */
  faults: (field: string) => string[];
  change: (part: Partial<Draft>) => void;
}

export function EmailFields({ draft, faults, change }: PartsProps) {
  const { t } = useTranslation();
  return (
    <>
      <div className="grid gap-3 sm:grid-cols-[1fr_6rem_9rem]">
        <TextField
          label={t("alerts.channel.host")}
          required
          placeholder="mail.example.org"
          errors={faults("email/host")}
          value={draft.host}
          onValue={(host) => change({ host })}
        />
        <TextField
          label={t("alerts.channel.port")}
          required
          type="number"
          min={1}
          max={65535}
          errors={faults("email/port")}
          value={draft.port}
          onValue={(port) => change({ port })}
        />
        <SelectField
          label={t("alerts.channel.security")}
          value={draft.security}
          options={SECURITIES.map((one) => [one, t(`alerts.channel.securities.${one}`)])}
          onChange={(security) => change({ security })}
        />
      </div>
      <TextField
        label={t("alerts.channel.user")}
        help={t("alerts.channel.userHelp")}
        errors={faults("email/user")}
        value={draft.user}
        onValue={(user) => change({ user })}
      />
      <SecretField
        label={t("alerts.channel.password")}
        errors={faults("email/password")}
        value={draft.password}
        onValue={(password) => change({ password })}
      />
      <TextField
        label={t("alerts.channel.sender")}
        required
        type="email"
        placeholder="calypso@example.org"
        errors={faults("email/from")}
        value={draft.from}
        onValue={(from) => change({ from })}
      />
      <Field
        label={t("alerts.channel.to")}
        help={t("alerts.channel.toHelp")}
        required
        errors={faults("email/to")}
      >
        {({ id, describedBy, invalid }) => (
          <textarea
            id={id}
            aria-describedby={describedBy}
            aria-invalid={invalid}
            required
            rows={2}
            spellCheck={false}
            className={cx(CONTROL, "py-2")}
            value={draft.to}
            onChange={(event) => change({ to: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}

export function WebhookFields({ draft, faults, change }: PartsProps) {
  const { t } = useTranslation();
  return (
    <>
      <TextField
        label={t("alerts.channel.url")}
        required
        type="url"
        placeholder="https://chat.example.org/hooks/calypso"
        errors={faults("webhook/url")}
        value={draft.url}
        onValue={(url) => change({ url })}
      />
      <SecretField
        required
        label={t("alerts.channel.secret")}
        help={t("alerts.channel.secretHelp")}
        errors={faults("webhook/secret")}
        value={draft.secret}
        onValue={(secret) => change({ secret })}
      />
    </>
  );
}

interface SecretFieldProps {
  label: string;
  help?: string;
  required?: boolean;
  errors: readonly string[];
  value: string;
  onValue: (name: string) => void;
}

function SecretField({ value, onValue, required = false, ...field }: SecretFieldProps) {
  return (
    <Field {...field} required={required}>
      {(parts) => (
        <SecretPicker
          {...parts}
          required={required}
          label={field.label}
          value={value}
          onValue={onValue}
        />
      )}
    </Field>
  );
}
