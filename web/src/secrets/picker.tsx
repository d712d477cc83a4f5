import { KeyRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { SecretInfo } from "@/api/types";
import { relative } from "@/format/time";
import { SecretDialog } from "@/secrets/dialog";
import { useSecrets } from "@/secrets/queries";
import { useMay } from "@/session/session";
import { Button } from "@/ui/button";
import { Combobox } from "@/ui/combobox";
import { useNow } from "@/ui/when";

interface SecretPickerProps {
  id: string;
  describedBy: string | undefined;
  invalid: boolean;
  required: boolean;
  /** Of the field, which says what it is for. */
  label: string;
  value: string;
  onValue: (name: string) => void;
}

/** A secret by its name. Its value is never in the form: it is stored beside it. */
export function SecretPicker({ label, value, onValue, ...parts }: SecretPickerProps) {
  const { t } = useTranslation();
  const may = useMay();
  const now = useNow();
  const secrets = useSecrets();
  const [storing, setStoring] = useState(false);
  const detail = ({ kind, used_at }: SecretInfo) =>
    used_at === null
      ? `${kind} · ${t("secrets.never")}`
      : `${kind} · ${t("secrets.used")} ${relative(new Date(used_at), now)}`;
  const choices = (secrets.data?.items ?? []).map((one) => ({
    value: one.name,
    detail: detail(one),
  }));
  return (
    <div className="flex gap-2">
      <div className="grow">
        <Combobox
          {...parts}
          value={value}
          onValue={onValue}
          choices={choices}
          pending={secrets.isLoading}
        />
      </div>
      {may("secrets:configure") && (
        <Button onClick={() => setStoring(true)}>
          <KeyRound aria-hidden /> {t("secrets.store")}
        </Button>
      )}
      {storing && (
        <SecretDialog
          suggested={value}
          purpose={label}
          onClose={() => setStoring(false)}
          onStored={onValue}
        />
      )}
    </div>
  );
}
