import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { JobTypeInfo } from "@/api/types";
import { policyInWords } from "@/schedules/policy";
import { PolicyFields } from "@/schedules/policy-fields";
import type { PartProps } from "@/schedules/what-fields";
import { useMay } from "@/session/session";
import { Card } from "@/ui/page";

/** How long what it takes is kept; only those who may destroy snapshots may say it. */
export function RetentionFields({
  type,
  draft,
  change,
  faults,
}: PartProps & { type: JobTypeInfo }) {
  const { t } = useTranslation();
  const may = useMay();
  const { dataset } = draft.params;
  return (
    <Card title={t("schedules.policy.title")}>
      {may(`${type.subsystem}:destroy`) ? (
        <PolicyFields
          value={draft.retention}
          errors={faults("retention")}
          onChange={(retention) => change({ retention })}
        />
      ) : (
        <p>{policyInWords(draft.retention)}</p>
      )}
      {typeof dataset === "string" && dataset !== "" && (
        <p className="mt-3">
          <Link
            className="text-accent underline"
            target="_blank"
            to={`/schedules/retention?${new URLSearchParams({ dataset, tz: draft.tz }).toString()}`}
          >
            {t("schedules.editor.tryIt", { dataset })}
          </Link>
        </p>
      )}
    </Card>
  );
}
