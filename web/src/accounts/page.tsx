import { useTranslation } from "react-i18next";

import { RolesCard } from "@/accounts/roles";
import { TokensCard } from "@/accounts/tokens";
import { UsersCard } from "@/accounts/users";
import { SecretsCard } from "@/secrets/card";
import { Page } from "@/ui/page";

/** Who may do what: people, their roles, the tokens of programs, and the secrets of jobs. */
export function AccountsPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("nav.accounts")}>
      <UsersCard />
      <TokensCard />
      <SecretsCard />
      <RolesCard />
    </Page>
  );
}
