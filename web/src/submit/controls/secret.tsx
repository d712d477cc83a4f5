import { KeyRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { SecretInfo } from "@/api/types";
import { relative } from "@/format/time";
import { type ControlProps, orNothing, textOf } from "@/submit/controls/control";
import { SecretDialog } from "@/submit/controls/secret-dialog";
import { isRecord } from "@/submit/params";
import { useSecrets } from "@/submit/secrets";
import { useMay } from "@/session/session";
import { Button } from "@/ui/button";
import { Combobox } from "@/ui/combobox";
import { useNow } from "@/ui/when";

/** A secret by its name. Its value is never in the form: it is stored beside it. */
export function SecretNameControl({ value, onValue, label, schema: _s, ...parts }: ControlProps) {
  const { t } = useTranslation();
  const may = useMay();
  const now = useNow();
  const secrets = useSecrets();
  const [storing, setStoring] = useState(false);
  const name = textOf(value);
  const detail = ({ kind, used_at }: SecretInfo) =>
    used_at === null
      ? `${kind} · ${t("submit.secret.never")}`
      : `${kind} · ${t("submit.secret.used")} ${relative(new Date(used_at), now)}`;
  return (
    <div className="flex gap-2">
      <div className="grow">
        <Combobox
          {...parts}
          value={name}
          onValue={(text) => onValue(orNothing(text))}
          choices={(secrets.data?.items ?? []).map((one) => ({
            value: one.name,
            detail: detail(one),
          }))}
          pending={secrets.isLoading}
        />
      </div>
      {may("secrets:configure") && (
        <Button onClick={() => setStoring(true)}>
          <KeyRound aria-hidden /> {t("submit.secret.store")}
        </Button>
      )}
      {storing && (
        <SecretDialog
          suggested={name}
          purpose={label}
          known={(secrets.data?.items ?? []).map((one) => one.name)}
          onClose={() => setStoring(false)}
          onStored={onValue}
        />
      )}
    </div>
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
