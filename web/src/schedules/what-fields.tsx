import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import type { FieldFault } from "@/api/problem";
import type { JobTypeInfo } from "@/api/types";
import { title as titled } from "@/format/words";
import type { Draft, DraftField } from "@/schedules/draft";
import { ParamsField } from "@/schedules/params-field";
import { useMay } from "@/session/session";
import { choicesFor } from "@/submit/choosing";
import { subsystemsQuery } from "@/system/queries";
import { Field, Input, Select } from "@/ui/field";
import { Card } from "@/ui/page";

export interface PartProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  faults: (field: DraftField) => string[];
}

interface WhatFieldsProps extends PartProps {
  types: readonly JobTypeInfo[];
  type: JobTypeInfo | undefined;
  paramFaults: readonly FieldFault[];
}

/** What a schedule does: its name, its job type and the parameters of that. */
export function WhatFields(props: WhatFieldsProps) {
  const { draft, change, faults, types, type } = props;
  const { t } = useTranslation();
  return (
    <Card title={t("schedules.editor.what")}>
      <div className="flex flex-col gap-3">
        <Field
          required
          label={t("schedules.editor.name")}
          help={t("schedules.editor.nameHelp")}
          errors={faults("name")}
        >
          {(parts) => (
            <Input
              {...parts}
              required
              maxLength={100}
              value={draft.name}
              onChange={(event) => change({ name: event.target.value })}
            />
          )}
        </Field>
        <TypeField
          types={types}
          value={draft.type}
          help={firstLine(type?.description)}
          errors={faults("type")}
          onChange={(next) => {
            change({ type: next, params: {}, retention: null });
          }}
        />
        {type && (
          <ParamsField
            key={type.name}
            type={type}
            value={draft.params}
            errors={props.paramFaults}
            onChange={(params) => change({ params })}
          />
        )}
        {type && <NodeField subsystem={type.subsystem} {...{ draft, change, faults }} />}
        <label className="flex items-center gap-2 font-medium">
          <input
            type="checkbox"
            className="accent-accent size-5"
            checked={draft.enabled}
            onChange={(event) => change({ enabled: event.target.checked })}
          />
          {t("schedules.editor.enabled")}
        </label>
      </div>
    </Card>
  );
}

function firstLine(text = ""): string {
  return (text.split("\n")[0] ?? "").replaceAll("`", "");
}

interface TypeFieldProps {
  types: readonly JobTypeInfo[];
  value: string;
  help: string;
  errors: string[];
  onChange: (type: string) => void;
}

/** The types that can be scheduled and that the person may start; and the one it has. */
function TypeField({ types, value, help, errors, onChange }: TypeFieldProps) {
  const { t } = useTranslation();
  const may = useMay();
  const groups = choicesFor(
    types.filter((type) => type.schedulable),
    "",
    may,
  );
  const isListed = groups.some(([, own]) => own.some((type) => type.name === value));
  return (
    <Field required label={t("schedules.editor.type")} help={help} errors={errors}>
      {(parts) => (
        <Select {...parts} value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="" disabled>
            {t("schedules.editor.chooseType")}
          </option>
          {value !== "" && !isListed && <option value={value}>{value}</option>}
          {groups.map(([subsystem, own]) => (
            <optgroup key={subsystem} label={titled(subsystem)}>
              {own.map((type) => (
                <option key={type.name} value={type.name}>
                  {type.title}
                </option>
              ))}
            </optgroup>
          ))}
        </Select>
      )}
    </Field>
  );
}

/** Asked only where several nodes have the subsystem, or one is named already. */
function NodeField({ subsystem, draft, change, faults }: PartProps & { subsystem: string }) {
  const { t } = useTranslation();
  const subsystems = useQuery(subsystemsQuery);
  const having = (subsystems.data?.items ?? [])
    .filter((one) => one.subsystem === subsystem)
    .map((one) => one.node);
  const nodes = [...new Set([...having, ...(draft.node === null ? [] : [draft.node])])];
  const errors = faults("node");
  if (nodes.length < 2 && draft.node === null && errors.length === 0) return null;
  return (
    <Field label={t("schedules.editor.node")} help={t("schedules.editor.nodeHelp")} errors={errors}>
      {(parts) => (
        <Select
          {...parts}
          value={draft.node ?? ""}
          onChange={(event) => change({ node: event.target.value || null })}
        >
          <option value="">{t("schedules.page.anyNode")}</option>
          {nodes.map((node) => (
            <option key={node}>{node}</option>
          ))}
        </Select>
      )}
    </Field>
  );
}
