import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";

import { useChangeUser, useMakeUser, useRemoveUser, useRoles } from "@/accounts/queries";
import { faultsAt } from "@/api/faults";
import type { User } from "@/api/types";
import { TextField } from "@/ui/field";
import { type DialogProps, FormDialog } from "@/ui/form-dialog";

type UserDialogProps = DialogProps & { user: User };

export function MakeUserDialog({ open, onOpenChange }: DialogProps) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [roles, setRoles] = useState<string[]>(["viewer"]);
  const make = useMakeUser();
  const done = () => {
    toast(t("accounts.saved"));
    setName("");
    setPassword("");
    onOpenChange(false);
  };
  return (
    <FormDialog
      open={open}
      onOpenChange={onOpenChange}
      title={t("accounts.addTitle")}
      act={t("accounts.add")}
      busy={make.isPending}
      problem={make.error}
      onSubmit={() => make.mutate({ name, password, roles }, { onSuccess: done })}
    >
      <TextField
        label={t("accounts.user")}
        required
        errors={faultsAt(make.error, "name")}
        value={name}
        onValue={setName}
      />
      <TextField
        label={t("accounts.password")}
        help={t("accounts.passwordHelp")}
        errors={faultsAt(make.error, "password")}
        value={password}
        required
        type="password"
        autoComplete="new-password"
        minLength={8}
        onValue={setPassword}
      />
      <RoleChoice chosen={roles} onChange={setRoles} />
    </FormDialog>
  );
}

interface RoleChoiceProps {
  chosen: readonly string[];
  onChange: (roles: string[]) => void;
}

function RoleChoice({ chosen, onChange }: RoleChoiceProps) {
  const { t } = useTranslation();
  const roles = useRoles();
  const toggle = (name: string) =>
    onChange(chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name]);
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 font-medium">{t("accounts.roles")}</legend>
      {roles.data?.items.map((role) => (
        <label key={role.name} className="flex min-h-6 items-center gap-2">
          <input
            type="checkbox"
            className="accent-accent size-4"
            checked={chosen.includes(role.name)}
            onChange={() => toggle(role.name)}
          />
          {role.name}
          <span className="text-muted text-xs">{role.permissions.join(", ")}</span>
        </label>
      ))}
    </fieldset>
  );
}

export function RolesDialog({ user, open, onOpenChange }: UserDialogProps) {
  const { t } = useTranslation();
  const [roles, setRoles] = useState<string[]>(user.roles);
  const change = useChangeUser(user.id);
  const done = () => {
    toast(t("accounts.saved"));
    onOpenChange(false);
  };
  return (
    <FormDialog
      open={open}
      onOpenChange={onOpenChange}
      title={t("accounts.change", { name: user.name })}
      act={t("ui.save")}
      busy={change.isPending}
      problem={change.error}
      onSubmit={() => change.mutate({ roles }, { onSuccess: done })}
    >
      <RoleChoice chosen={roles} onChange={setRoles} />
    </FormDialog>
  );
}

export function PasswordDialog({ user, open, onOpenChange }: UserDialogProps) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const change = useChangeUser(user.id);
  const done = () => {
    toast(t("accounts.saved"));
    setPassword("");
    onOpenChange(false);
  };
  return (
    <FormDialog
      open={open}
      onOpenChange={onOpenChange}
      title={t("accounts.change", { name: user.name })}
      act={t("accounts.setPassword")}
      busy={change.isPending}
      problem={change.error}
      onSubmit={() => change.mutate({ password }, { onSuccess: done })}
    >
      <TextField
        label={t("accounts.newPassword")}
        help={t("accounts.newPasswordHelp")}
        errors={faultsAt(change.error, "password")}
        value={password}
        required
        type="password"
        autoComplete="new-password"
        minLength={8}
        onValue={setPassword}
      />
    </FormDialog>
  );
}

export function RemoveUserDialog({ user, open, onOpenChange }: UserDialogProps) {
  const { t } = useTranslation();
  const remove = useRemoveUser();
  return (
    <FormDialog
      danger
      open={open}
      onOpenChange={onOpenChange}
      title={t("accounts.removeTitle", { name: user.name })}
      act={t("accounts.remove")}
      busy={remove.isPending}
      problem={remove.error}
      onSubmit={() => remove.mutate(user.id, { onSuccess: () => onOpenChange(false) })}
    >
      <p>{t("accounts.removeText", { name: user.name })}</p>
    </FormDialog>
  );
}
