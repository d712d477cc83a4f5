import { ShieldAlert, ShieldCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { components } from "@/api/types";
import { verdictOf } from "@/dashboard/verdict";
import { useTable } from "@/inventory/queries";
import { Badge } from "@/ui/badge";
import { Card } from "@/ui/page";
import { Empty, Failed, Loading } from "@/ui/states";
import { useNow, When } from "@/ui/when";

export type Protected = components["schemas"]["row.backup.protection"];

/** For each backup job: its last good backup, its last restore drill; what is not protected first. */
export function Protection() {
  const { t } = useTranslation();
  const now = useNow();
  const rows = useTable<Protected & Record<string, unknown>>("backup/protection");
  const judged = (rows.data?.items ?? [])
    .map((row) => ({ row, verdict: verdictOf(row, now) }))
    .toSorted((a, b) => Number(a.verdict === "good") - Number(b.verdict === "good"));
  return (
    <Card flush title={t("dashboard.protection")} className="lg:col-span-2">
      {rows.isPending && <Loading />}
      {rows.isError && <Failed problem={rows.error} />}
      {rows.data && judged.length === 0 && (
        <Empty icon={ShieldAlert} title={t("dashboard.nothingProtected")}>
          {t("dashboard.nothingProtectedHint")}
        </Empty>
      )}
      {judged.length > 0 && (
        <div className="overflow-x-auto">
          <table className="w-full min-w-140">
            <thead className="text-muted border-line border-b text-left text-xs">
              <tr>
                {(["object", "verdict", "good", "drill", "next"] as const).map((name) => (
                  <th key={name} scope="col" className="px-4 py-2 font-medium">
                    {t(`dashboard.columns.${name}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody className="divide-line divide-y">
              {judged.map(({ row, verdict }) => (
                <tr key={`${row.node} ${row.key}`}>
                  <th scope="row" className="px-4 py-2 text-left font-medium">
                    {row.job}
                    <span className="text-muted ml-2 text-xs font-normal">
                      {row.client} · {row.fileset}
                    </span>
                  </th>
                  <td className="px-4 py-2">
                    <Badge tone={verdict === "good" ? "ok" : verdict === "never" ? "bad" : "warn"}>
                      {verdict === "good" ? (
                        <ShieldCheck aria-hidden />
                      ) : (
                        <ShieldAlert aria-hidden />
                      )}
                      {t(`dashboard.verdict.${verdict}`)}
                    </Badge>
                  </td>
                  <td className="px-4 py-2">
                    <When at={row.good_at} />
                  </td>
                  <td className="px-4 py-2">
                    {row.drill_job ? (
                      <Link to={`/jobs/${row.drill_job}`} className="text-accent hover:underline">
                        <When at={row.drill_at} />
                      </Link>
                    ) : (
                      <span className="text-muted">{t("dashboard.neverDrilled")}</span>
                    )}
                  </td>
                  <td className="px-4 py-2">
                    <When at={row.next_run_at} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}
