import { KeyRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { SecretInfo } from "@/api/types";
import { SecretDialog } from "@/secrets/dialog";
import { useRemoveSecret, useSecrets } from "@/secrets/queries";
import { useMay } from "@/session/session";
import { Button } from "@/ui/button";
import { FormDialog } from "@/ui/form-dialog";
import { Card } from "@/ui/page";
import { SimpleTable } from "@/ui/simple-table";
import { Empty, Failed, Loading } from "@/ui/states";
import { When } from "@/ui/when";

/** The secrets by name, for those who may know of them; nobody sees a value. */
export function SecretsCard() {
  const may = useMay();
  return may("secrets:read") ? <Secrets /> : null;
}

function Secrets() {
  const { t } = useTranslation();
  const may = useMay();
  const secrets = useSecrets();
  const [storing, setStoring] = useState(false);
  const store = may("secrets:configure") && (
    <Button size="small" onClick={() => setStoring(true)}>
      <KeyRound aria-hidden /> {t("secrets.title")}
    </Button>
  );
  return (
    <Card flush title={t("secrets.all")} actions={store}>
      {secrets.isPending && <Loading />}
      {secrets.isError && <Failed problem={secrets.error} retry={() => void secrets.refetch()} />}
      {secrets.data?.items.length === 0 && (
        <Empty icon={KeyRound} title={t("secrets.none")}>
          {t("secrets.noneHint")}
        </Empty>
      )}
      {secrets.data && secrets.data.items.length > 0 && (
        <SecretTable secrets={secrets.data.items} mayChange={may("secrets:configure")} />
      )}
      {storing && <SecretDialog onClose={() => setStoring(false)} />}
    </Card>
  );
}

interface SecretTableProps {
  secrets: readonly SecretInfo[];
  mayChange: boolean;
}

function SecretTable({ secrets, mayChange }: SecretTableProps) {
  const { t } = useTranslation();
  const columns = [
    t("secrets.name"),
    t("secrets.kind"),
    t("secrets.changed"),
    t("secrets.changedBy"),
    t("secrets.lastUsed"),
  ];
  return (
    <SimpleTable
      label={t("secrets.all")}
      columns={mayChange ? [...columns, t("ui.actions")] : columns}
      rows={secrets.map((secret) => ({
        key: secret.name,
        cells: [
          <code className="whitespace-nowrap">{secret.name}</code>,
          secret.kind,
          <When at={secret.updated_at} />,
          secret.updated_by,
          secret.used_at === null ? t("secrets.never") : <When at={secret.used_at} />,
          ...(mayChange ? [<Changes secret={secret} />] : []),
        ],
      }))}
    />
  );
}

function Changes({ secret }: { secret: SecretInfo }) {
  const { t } = useTranslation();
  const { name } = secret;
  const [open, setOpen] = useState<"replace" | "remove" | null>(null);
  const remove = useRemoveSecret();
  const shut = () => {
    remove.reset();
    setOpen(null);
  };
  return (
    <div className="flex gap-1">
      <Button
        size="small"
        aria-label={t("secrets.replaceTitle", { name })}
        onClick={() => setOpen("replace")}
      >
        {t("secrets.replace")}
      </Button>
      <Button
        size="small"
        aria-label={t("secrets.removeTitle", { name })}
        onClick={() => setOpen("remove")}
      >
        {t("secrets.remove")}
      </Button>
      {open === "replace" && <SecretDialog replaced={secret} onClose={shut} />}
      <FormDialog
        danger
        open={open === "remove"}
        onOpenChange={shut}
        title={t("secrets.removeTitle", { name })}
        act={t("secrets.remove")}
        busy={remove.isPending}
        problem={remove.error}
        onSubmit={() => remove.mutate(name, { onSuccess: shut })}
      >
        <p>{t("secrets.removeText")}</p>
      </FormDialog>
    </div>
  );
}
