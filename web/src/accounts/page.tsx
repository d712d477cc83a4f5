import { useTranslation } from "react-i18next";

import { RolesCard } from "@/accounts/roles";
import { TokensCard } from "@/accounts/tokens";
import { UsersCard } from "@/accounts/users";
import { Page } from "@/ui/page";

/** Who may do what: people, their roles, and the tokens of programs. */
export function AccountsPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("nav.accounts")}>
      <UsersCard />
      <TokensCard />
      <RolesCard />
    </Page>
  );
}
