import { useTranslation } from "react-i18next";

import type { Source } from "@/backup/source";
import { localInput, ofLocalInput } from "@/format/input-time";
import { useTable } from "@/inventory/queries";
import { Field, Input, Select } from "@/ui/field";
import { Failed } from "@/ui/states";

interface SourceFormProps {
  source: Source;
  onChange: (source: Source) => void;
}

/** Whose files, of which fileset, as of when. */
export function SourceForm({ source, onChange }: SourceFormProps) {
  const { t } = useTranslation();
  const clients = useTable("backup/clients");
  const filesets = useTable("backup/filesets");
  const problem = clients.error ?? filesets.error;
  return (
    <div className="grid gap-4 md:grid-cols-3">
      {problem && <Failed problem={problem} />}
      <Choice
        label={t("backup.client")}
        value={source.client}
        names={(clients.data?.items ?? []).map((row) => row.key)}
        onChange={(client) => onChange({ ...source, client })}
      />
      <Choice
        label={t("backup.fileset")}
        value={source.fileset}
        names={(filesets.data?.items ?? []).map((row) => row.key)}
        onChange={(fileset) => onChange({ ...source, fileset })}
      />
      <Field label={t("backup.before")} help={t("backup.beforeHelp")}>
        {(parts) => (
          <Input
            {...parts}
            type="datetime-local"
            value={localInput(source.before)}
            onChange={(event) => onChange({ ...source, before: ofLocalInput(event.target.value) })}
          />
        )}
      </Field>
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  names: readonly string[];
  onChange: (name: string) => void;
}

function Choice({ label, value, names, onChange }: ChoiceProps) {
  const { t } = useTranslation();
  // What the address names is shown also before its table has come.
  const all = value === "" || names.includes(value) ? names : [value, ...names];
  return (
    <Field label={label} required>
      {(parts) => (
        <Select {...parts} value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="">{t("backup.choose")}</option>
          {all.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
      )}
    </Field>
  );
}
