import { Ellipsis, UserPlus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";

import type { User } from "@/api/types";
import { MakeUserDialog, PasswordDialog, RemoveUserDialog, RolesDialog } from "@/accounts/dialogs";
import { useChangeUser, useUsers } from "@/accounts/queries";
import { useMay, useMe } from "@/session/session";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Menu, MenuItem, MenuSeparator } from "@/ui/menu";
import { Card } from "@/ui/page";
import { SimpleTable } from "@/ui/simple-table";
import { Failed, Loading } from "@/ui/states";
import { When } from "@/ui/when";

/** Everybody who may sign in, for those who may manage them. */
export function UsersCard() {
  const may = useMay();
  return may("accounts:configure") ? <Users /> : null;
}

function Users() {
  const { t } = useTranslation();
  const users = useUsers();
  const me = useMe();
  const [adding, setAdding] = useState(false);
  const add = (
    <Button size="small" onClick={() => setAdding(true)}>
      <UserPlus aria-hidden /> {t("accounts.add")}
    </Button>
  );
  return (
    <Card flush title={t("accounts.users")} actions={add}>
      {users.isPending && <Loading />}
      {users.isError && <Failed problem={users.error} retry={() => void users.refetch()} />}
      <SimpleTable
        label={t("accounts.users")}
        columns={[
          t("accounts.user"),
          t("accounts.roles"),
          t("accounts.signedIn"),
          t("accounts.state"),
          t("ui.actions"),
        ]}
        rows={(users.data?.items ?? []).map((user) => ({
          key: user.id,
          cells: [
            <UserName user={user} isSelf={user.id === me.data?.user.id} />,
            user.roles.join(", "),
            <When at={user.signed_in_at} />,
            <Badge tone={user.disabled ? "bad" : "ok"}>
              {t(user.disabled ? "accounts.disabled" : "accounts.enabled")}
            </Badge>,
            <UserMenu user={user} isSelf={user.id === me.data?.user.id} />,
          ],
        }))}
      />
      <MakeUserDialog open={adding} onOpenChange={setAdding} />
    </Card>
  );
}

function UserName({ user, isSelf }: { user: User; isSelf: boolean }) {
  const { t } = useTranslation();
  return (
    <span className="flex items-center gap-2 font-medium">
      {user.name} {isSelf && <Badge>{t("accounts.self")}</Badge>}
    </span>
  );
}

type Asked = "roles" | "password" | "remove" | null;

/** Nobody can shut themselves out: the API refuses it, so it is not offered. */
function UserMenu({ user, isSelf }: { user: User; isSelf: boolean }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<Asked>(null);
  const change = useChangeUser(user.id);
  const toggle = () =>
    change.mutate(
      { disabled: !user.disabled },
      {
        onSuccess: () => toast(t("accounts.saved")),
        onError: (problem) => toast.error(problem.message),
      },
    );
  const trigger = (
    <Button look="quiet" size="tiny" aria-label={t("accounts.change", { name: user.name })}>
      <Ellipsis />
    </Button>
  );
  const dialog = { user, onOpenChange: (open: boolean) => setAsked(open ? asked : null) };
  return (
    <>
      <Menu trigger={trigger}>
        <MenuItem onSelect={() => setAsked("roles")}>{t("accounts.roles")}…</MenuItem>
        <MenuItem onSelect={() => setAsked("password")}>{t("accounts.setPassword")}…</MenuItem>
        {!isSelf && (
          <>
            <MenuItem onSelect={toggle}>
              {t(user.disabled ? "accounts.letIn" : "accounts.shutOut")}
            </MenuItem>
            <MenuSeparator />
            <MenuItem danger onSelect={() => setAsked("remove")}>
              {t("accounts.remove")}…
            </MenuItem>
          </>
        )}
      </Menu>
      <RolesDialog {...dialog} open={asked === "roles"} />
      <PasswordDialog {...dialog} open={asked === "password"} />
      <RemoveUserDialog {...dialog} open={asked === "remove"} />
    </>
  );
}
