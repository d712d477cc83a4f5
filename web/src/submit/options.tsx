import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { fromLocal, toLocal } from "@/submit/measures";
import type { Options } from "@/submit/submitting";
import { subsystemsQuery } from "@/system/queries";
import { Field, Input, Select } from "@/ui/field";

interface JobOptionsProps {
  subsystem: string;
  value: Options;
  onChange: (value: Options) => void;
}

/** When and where a job runs, for the few who need to say. The node only where there is a choice. */
export function JobOptions({ subsystem, value, onChange }: JobOptionsProps) {
  const { t } = useTranslation();
  const nodes = useNodesOf(subsystem);
  const change = <K extends keyof Options>(name: K, next: Options[K] | undefined) => {
    const { [name]: _before, ...rest } = value;
    onChange(next === undefined ? rest : { ...rest, [name]: next });
  };
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <>
      {nodes.length > 1 && (
        <Field label={t("submit.node")} help={t("submit.nodeHelp")} required>
          {(parts) => (
            <Select
              {...parts}
              className="max-w-80"
              value={value.node ?? ""}
              onChange={(event) => change("node", event.target.value || undefined)}
            >
              <option value="">{t("submit.nodeAny")}</option>
              {nodes.map((node) => (
                <option key={node}>{node}</option>
              ))}
            </Select>
          )}
        </Field>
      )}
      <details className="border-line border-t pt-3">
        <summary className="text-accent min-h-6 w-fit cursor-pointer font-medium">
          {t("submit.when")}
        </summary>
        <div className="mt-4 flex flex-col gap-5">
          <Field label={t("submit.notBefore")} help={t("submit.notBeforeHelp", { zone })}>
            {(parts) => (
              <Input
                {...parts}
                type="datetime-local"
                className="max-w-64"
                value={toLocal(value.not_before ?? "")}
                onChange={(event) => change("not_before", fromLocal(event.target.value))}
              />
            )}
          </Field>
          <Field label={t("submit.priority")} help={t("submit.priorityHelp")}>
            {(parts) => (
              <Input
                {...parts}
                type="number"
                min={-1000}
                max={1000}
                step={1}
                className="max-w-32"
                placeholder="0"
                value={value.priority ?? ""}
                onChange={(event) =>
                  change(
                    "priority",
                    event.target.value === "" ? undefined : Number(event.target.value),
                  )
                }
              />
            )}
          </Field>
        </div>
      </details>
    </>
  );
}

function useNodesOf(subsystem: string): string[] {
  const subsystems = useQuery({ ...subsystemsQuery, refetchInterval: false });
  const items = subsystems.data?.items ?? [];
  return items.filter((one) => one.subsystem === subsystem).map((one) => one.node);
}
