import { KeyRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMakeToken, useRemoveToken, useTokens } from "@/accounts/queries";
import { faultsAt } from "@/api/faults";
import type { ApiToken } from "@/api/types";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/field";
import { FormDialog } from "@/ui/form-dialog";
import { Card } from "@/ui/page";
import { SimpleTable } from "@/ui/simple-table";
import { Empty, Failed, Loading } from "@/ui/states";
import { When } from "@/ui/when";

const DAYS = "90";

/** The tokens by which programs act for this person. */
export function TokensCard() {
  const { t } = useTranslation();
  const tokens = useTokens();
  const [adding, setAdding] = useState(false);
  const add = (
    <Button size="small" onClick={() => setAdding(true)}>
      <KeyRound aria-hidden /> {t("accounts.addToken")}
    </Button>
  );
  return (
    <Card flush title={t("accounts.tokens")} actions={add}>
      {tokens.isPending && <Loading />}
      {tokens.isError && <Failed problem={tokens.error} retry={() => void tokens.refetch()} />}
      {tokens.data?.items.length === 0 && (
        <Empty icon={KeyRound} title={t("accounts.tokensEmpty")} />
      )}
      {tokens.data && tokens.data.items.length > 0 && <TokenTable tokens={tokens.data.items} />}
      <MakeTokenDialog open={adding} onOpenChange={setAdding} />
    </Card>
  );
}

function TokenTable({ tokens }: { tokens: readonly ApiToken[] }) {
  const { t } = useTranslation();
  return (
    <SimpleTable
      label={t("accounts.tokens")}
      columns={[
        t("accounts.token"),
        t("accounts.permissions"),
        t("accounts.expires"),
        t("accounts.used"),
        t("ui.actions"),
      ]}
      rows={tokens.map((token) => ({
        key: token.id,
        cells: [
          token.name,
          token.permissions.join(", "),
          <When at={token.expires_at} />,
          <When at={token.used_at} />,
          <Revoke token={token} />,
        ],
      }))}
    />
  );
}

function Revoke({ token }: { token: ApiToken }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const remove = useRemoveToken();
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {t("accounts.revoke")}
      </Button>
      <FormDialog
        danger
        open={open}
        onOpenChange={setOpen}
        title={t("accounts.revokeTitle", { name: token.name })}
        act={t("accounts.revoke")}
        busy={remove.isPending}
        problem={remove.error}
        onSubmit={() => remove.mutate(token.id, { onSuccess: () => setOpen(false) })}
      >
        <p>{t("accounts.revokeText")}</p>
      </FormDialog>
    </>
  );
}

interface MakeTokenDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

function MakeTokenDialog({ open, onOpenChange }: MakeTokenDialogProps) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [permissions, setPermissions] = useState("*:read");
  const [days, setDays] = useState(DAYS);
  const make = useMakeToken();
  const shut = () => {
    make.reset(); // the token's text is nowhere any more
    setName("");
    onOpenChange(false);
  };
  if (make.data) return <Made text={make.data.token} onDone={shut} />;
  const body = {
    name,
    permissions: permissions.split(/\s+/).filter(Boolean),
    expires_in_days: Number(days),
  };
  return (
    <FormDialog
      open={open}
      onOpenChange={onOpenChange}
      title={t("accounts.addToken")}
      act={t("accounts.addToken")}
      busy={make.isPending}
      problem={make.error}
      onSubmit={() => make.mutate(body)}
    >
      <TextField
        label={t("accounts.tokenName")}
        required
        errors={faultsAt(make.error, "name")}
        value={name}
        onValue={setName}
      />
      <TextField
        label={t("accounts.tokenPermissions")}
        help={t("accounts.tokenPermissionsHelp")}
        required
        errors={faultsAt(make.error, "permissions")}
        value={permissions}
        onValue={setPermissions}
      />
      <TextField
        label={t("accounts.tokenDays")}
        required
        type="number"
        min={1}
        max={400}
        errors={faultsAt(make.error, "expires_in_days")}
        value={days}
        onValue={setDays}
      />
    </FormDialog>
  );
}

/** The only look at a token's text. */
function Made({ text, onDone }: { text: string; onDone: () => void }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  const copy = () => void navigator.clipboard.writeText(text).then(() => setCopied(true));
  return (
    <Dialog
      firm
      open
      onOpenChange={onDone}
      title={t("accounts.tokenMade")}
      description={t("accounts.tokenMadeText")}
      actions={
        <>
          <Button onClick={copy}>{t(copied ? "ui.copied" : "ui.copy")}</Button>
          <Button look="primary" onClick={onDone}>
            {t("ui.close")}
          </Button>
        </>
      }
    >
      <code className="bg-page block rounded-md p-3 text-xs break-all">{text}</code>
    </Dialog>
  );
}
