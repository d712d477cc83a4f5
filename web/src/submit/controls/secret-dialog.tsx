import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";

import { Problem } from "@/api/problem";
import { useStoreSecret } from "@/submit/secrets";
import { Button } from "@/ui/button";
import { cx } from "@/ui/cx";
import { Dialog } from "@/ui/dialog";
import { CONTROL, Field, Input, Select } from "@/ui/field";
import { Failed } from "@/ui/states";

const KINDS = ["password", "ssh_key", "s3_key", "key"] as const;

interface SecretDialogProps {
  suggested: string;
  /** The field it is for. */
  purpose: string;
  known: readonly string[];
  onClose: () => void;
  onStored: (name: string) => void;
}

/** Stores a secret; its value goes to the API and nowhere else. */
export function SecretDialog({ suggested, purpose, known, onClose, onStored }: SecretDialogProps) {
  const { t } = useTranslation();
  const [name, setName] = useState(suggested);
  const [kind, setKind] = useState<string>(/key/i.test(purpose) ? "ssh_key" : "password");
  const [value, setValue] = useState("");
  const store = useStoreSecret();
  const faults = store.error instanceof Problem ? store.error.errors : [];
  const wrong = (field: string) =>
    faults.filter((one) => one.pointer === `/${field}`).map((one) => one.message);
  const go = () =>
    store.mutate(
      { name, kind, value },
      {
        onSuccess: () => {
          toast(t("submit.secret.stored", { name }));
          onStored(name);
          onClose();
        },
      },
    );
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t("submit.secret.title")}
      description={t("submit.secret.about")}
      actions={
        <>
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button
            look="primary"
            disabled={name === "" || value === "" || store.isPending}
            onClick={go}
          >
            {t("submit.secret.title")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {store.isError && <Failed problem={store.error} />}
        <Field
          label={t("submit.secret.name")}
          help={t(known.includes(name) ? "submit.secret.replaces" : "submit.secret.nameHelp")}
          errors={wrong("name")}
        >
          {(parts) => (
            <Input
              {...parts}
              autoComplete="off"
              spellCheck={false}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field label={t("submit.secret.kind")} errors={wrong("kind")}>
          {(parts) => (
            <Select {...parts} value={kind} onChange={(event) => setKind(event.target.value)}>
              {KINDS.map((one) => (
                <option key={one} value={one}>
                  {t(`submit.secret.kinds.${one}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field
          label={t("submit.secret.value")}
          help={kind === "password" ? undefined : t("submit.secret.valueHelp")}
          errors={wrong("value")}
        >
          {({ id, describedBy, invalid }) =>
            kind === "password" ? (
              <Input
                {...{ id, describedBy, invalid }}
                type="password"
                autoComplete="new-password"
                value={value}
                onChange={(event) => setValue(event.target.value)}
              />
            ) : (
              <textarea
                id={id}
                aria-describedby={describedBy}
                aria-invalid={invalid}
                rows={6}
                spellCheck={false}
                className={cx(CONTROL, "py-2 font-mono text-xs")}
                value={value}
                onChange={(event) => setValue(event.target.value)}
              />
            )
          }
        </Field>
      </div>
    </Dialog>
  );
}
