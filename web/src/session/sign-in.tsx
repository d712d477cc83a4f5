import { type SubmitEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { useSignIn } from "@/session/session";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { Failed } from "@/ui/states";

interface SignInFormProps {
  /** Whose session ended: then only the password is asked. */
  username?: string;
  onDone?: () => void;
}

export function SignInForm({ username: known, onDone }: SignInFormProps) {
  const { t } = useTranslation();
  const [username, setUsername] = useState(known ?? "");
  const [password, setPassword] = useState("");
  const signIn = useSignIn();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    signIn.mutate({ username, password }, { onSuccess: () => onDone?.() });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      {signIn.isError && <Failed problem={signIn.error} />}
      <Field label={t("session.username")}>
        {(parts) => (
          <Input
            {...parts}
            name="username"
            autoComplete="username"
            autoFocus={known === undefined}
            readOnly={known !== undefined}
            required
            value={username}
            onChange={(event) => setUsername(event.target.value)}
          />
        )}
      </Field>
      <Field label={t("session.password")}>
        {(parts) => (
          <Input
            {...parts}
            name="password"
            type="password"
            autoComplete="current-password"
            autoFocus={known !== undefined}
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" look="primary" disabled={signIn.isPending}>
        {t("session.submit")}
      </Button>
    </form>
  );
}

/** The page of those who are not signed in. */
export function SignInPage() {
  const { t } = useTranslation();
  return (
    <main className="flex min-h-full items-center justify-center p-4">
      <div className="bg-surface border-line flex w-full max-w-sm flex-col gap-4 rounded-2xl border p-6 shadow-sm">
        <header className="flex items-center gap-3">
          <img src="/calypso.svg" alt="" className="size-10" />
          <div>
            <h1 className="text-lg font-semibold">{t("session.title")}</h1>
            <p className="text-muted text-xs">{t("session.subtitle")}</p>
          </div>
        </header>
        <SignInForm />
      </div>
    </main>
  );
}
