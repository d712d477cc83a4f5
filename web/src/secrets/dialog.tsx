import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";

import { faultsAt } from "@/api/faults";
import type { SecretInfo } from "@/api/types";
import { useSecrets, useStoreSecret } from "@/secrets/queries";
import { cx } from "@/ui/cx";
import { CONTROL, Field, Input, Select, TextField } from "@/ui/field";
import { FormDialog } from "@/ui/form-dialog";

const KINDS = ["password", "ssh_key", "s3_key", "key"] as const;
const PASSWORD = "password";

interface SecretDialogProps {
  /** The one whose value is replaced; else its name is asked for. */
  replaced?: SecretInfo;
  suggested?: string;
  /** What it is for, in words. */
  purpose?: string;
  onClose: () => void;
  onStored?: (name: string) => void;
}

/** Stores a secret; its value goes to the API and nowhere else. */
export function SecretDialog(props: SecretDialogProps) {
  const { replaced, suggested = "", purpose = "", onClose, onStored } = props;
  const { t } = useTranslation();
  const secrets = useSecrets();
  const [name, setName] = useState(replaced?.name ?? suggested);
  const [kind, setKind] = useState(replaced?.kind ?? kindFor(purpose));
  const [value, setValue] = useState("");
  const store = useStoreSecret();
  const isKnown = secrets.data?.items.some((one) => one.name === name);
  const done = () => {
    toast(t("secrets.stored", { name }));
    onStored?.(name);
    onClose();
  };
  return (
    <FormDialog
      open
      onOpenChange={onClose}
      title={replaced ? t("secrets.replaceTitle", { name }) : t("secrets.title")}
      description={t("secrets.about")}
      act={t(replaced ? "secrets.replace" : "secrets.title")}
      busy={store.isPending}
      problem={store.error}
      onSubmit={() => store.mutate({ name, kind, value }, { onSuccess: done })}
    >
      {!replaced && (
        <TextField
          label={t("secrets.name")}
          help={t(isKnown ? "secrets.replaces" : "secrets.nameHelp")}
          errors={faultsAt(store.error, "name")}
          required
          value={name}
          onValue={setName}
        />
      )}
      <KindField value={kind} errors={faultsAt(store.error, "kind")} onChange={setKind} />
      <ValueField
        isLine={kind === PASSWORD}
        value={value}
        errors={faultsAt(store.error, "value")}
        onChange={setValue}
      />
    </FormDialog>
  );
}

function kindFor(purpose: string): string {
  return /key/i.test(purpose) ? "ssh_key" : PASSWORD;
}

interface PartProps {
  value: string;
  errors: readonly string[];
  onChange: (value: string) => void;
}

/** One of those that jobs ask for, or what a program has called it. */
function KindField({ value, errors, onChange }: PartProps) {
  const { t } = useTranslation();
  const isOther = !KINDS.some((one) => one === value);
  return (
    <Field label={t("secrets.kind")} errors={errors}>
      {(parts) => (
        <Select {...parts} value={value} onChange={(event) => onChange(event.target.value)}>
          {KINDS.map((one) => (
            <option key={one} value={one}>
              {t(`secrets.kinds.${one}`)}
            </option>
          ))}
          {isOther && <option>{value}</option>}
        </Select>
      )}
    </Field>
  );
}

function ValueField({ isLine, value, errors, onChange }: PartProps & { isLine: boolean }) {
  const { t } = useTranslation();
  return (
    <Field
      label={t("secrets.value")}
      help={isLine ? undefined : t("secrets.valueHelp")}
      required
      errors={errors}
    >
      {({ id, describedBy, invalid }) =>
        isLine ? (
          <Input
            {...{ id, describedBy, invalid }}
            required
            type="password"
            autoComplete="new-password"
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
        ) : (
          <textarea
            id={id}
            aria-describedby={describedBy}
            aria-invalid={invalid}
            required
            rows={6}
            spellCheck={false}
            className={cx(CONTROL, "py-2 font-mono text-xs")}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
        )
      }
    </Field>
  );
}
