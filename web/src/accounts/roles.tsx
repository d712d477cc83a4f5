import { useTranslation } from "react-i18next";

import { useRoles } from "@/accounts/queries";
import { Card } from "@/ui/page";
import { SimpleTable } from "@/ui/simple-table";
import { Failed } from "@/ui/states";

export function RolesCard() {
  const { t } = useTranslation();
  const roles = useRoles();
  return (
    <Card flush title={t("accounts.rolesTitle")}>
      {roles.isError && <Failed problem={roles.error} />}
      <SimpleTable
        label={t("accounts.rolesTitle")}
        columns={[t("accounts.role"), t("accounts.permissions")]}
        rows={(roles.data?.items ?? []).map((role) => ({
          key: role.name,
          cells: [role.name, role.permissions.join(", ")],
        }))}
      />
    </Card>
  );
}
