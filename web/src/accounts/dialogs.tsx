import { type ReactNode, type SubmitEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";

import { faultsAt } from "@/accounts/faults";
import { useChangeUser, useMakeUser, useRemoveUser, useRoles } from "@/accounts/queries";
import type { User } from "@/api/types";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { Failed } from "@/ui/states";

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

type UserDialogProps = DialogProps & { user: User };

interface FormDialogProps extends DialogProps {
  title: string;
  act: string;
  busy: boolean;
  danger?: boolean;
  problem: unknown;
  onSubmit: () => void;
  children: ReactNode;
}

/** A dialog that is a form: Enter sends it, and what the API refused stands above it. */
export function FormDialog(props: FormDialogProps) {
  const { open, onOpenChange, title, act, busy, danger, problem, onSubmit, children } = props;
  const { t } = useTranslation();
  const id = useId();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={title}
      actions={
        <>
          <Button onClick={() => onOpenChange(false)}>{t("ui.cancel")}</Button>
          <Button type="submit" form={id} look={danger ? "danger" : "primary"} disabled={busy}>
            {act}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={submit} className="flex flex-col gap-3">
        {problem !== null && <Failed problem={problem} />}
        {children}
      </form>
    </Dialog>
  );
}

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
      <Field label={t("accounts.user")} required errors={faultsAt(make.error, "name")}>
        {(parts) => (
          <Input
            {...parts}
            required
            autoComplete="off"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <PasswordField
        label={t("accounts.password")}
        help={t("accounts.passwordHelp")}
        errors={faultsAt(make.error, "password")}
        value={password}
        onChange={setPassword}
      />
      <RoleChoice chosen={roles} onChange={setRoles} />
    </FormDialog>
  );
}

interface PasswordFieldProps {
  label: string;
  help: string;
  errors: string[];
  value: string;
  onChange: (value: string) => void;
}

function PasswordField({ label, help, errors, value, onChange }: PasswordFieldProps) {
  return (
    <Field label={label} help={help} required errors={errors}>
      {(parts) => (
        <Input
          {...parts}
          required
          type="password"
          autoComplete="new-password"
          minLength={8}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
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
      <PasswordField
        label={t("accounts.newPassword")}
        help={t("accounts.newPasswordHelp")}
        errors={faultsAt(change.error, "password")}
        value={password}
        onChange={setPassword}
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
