import { useState } from "react";
import { useTranslation } from "react-i18next";

import {
  countOf,
  isoOf,
  kindOf,
  lengthOf,
  ofKind,
  type Policy,
  type PolicyKind,
  RULES,
  type Unit,
  UNITS,
} from "@/schedules/policy";
import { Field, Input, Select } from "@/ui/field";

const KINDS: readonly PolicyKind[] = ["all", "age", "count"];
const MOST_KEPT = 100_000;

interface PolicyFieldsProps {
  value: Policy | null;
  onChange: (policy: Policy | null) => void;
  errors?: readonly string[];
}

/** Which snapshots are kept: all, the young ones, or the newest of each period. */
export function PolicyFields({ value, onChange, errors = [] }: PolicyFieldsProps) {
  const { t } = useTranslation();
  // Chosen apart from the value: counts may all be 0 while somebody types.
  const [kind, setKind] = useState(() => kindOf(value));
  const choose = (next: PolicyKind) => {
    setKind(next);
    onChange(ofKind(next, value));
  };
  const change = (part: Policy) => onChange({ ...value, ...part });
  return (
    <div className="flex flex-col gap-3">
      <Field
        label={t("schedules.policy.kind")}
        help={t(`schedules.policy.kindHelp.${kind}`)}
        errors={errors}
      >
        {(parts) => (
          <Select
            {...parts}
            className="max-w-80"
            value={kind}
            onChange={(event) => choose(event.target.value as PolicyKind)}
          >
            {KINDS.map((one) => (
              <option key={one} value={one}>
                {t(`schedules.policy.kinds.${one}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {kind === "age" && (
        <LengthField
          label={t("schedules.policy.lifetime")}
          value={value?.lifetime ?? null}
          onChange={(lifetime) => change({ lifetime })}
        />
      )}
      {kind === "count" && <Counts policy={value ?? {}} change={change} />}
      {kind !== "all" && kindOf(value) === "all" && (
        <p className="text-warn text-xs font-medium">{t("schedules.policy.saysNothing")}</p>
      )}
      {kind !== "all" && (
        <LengthField
          label={t("schedules.policy.minAge")}
          help={t("schedules.policy.minAgeHelp")}
          value={value?.min_age ?? null}
          onChange={(min_age) => change({ min_age })}
        />
      )}
    </div>
  );
}

function Counts({ policy, change }: { policy: Policy; change: (part: Policy) => void }) {
  const { t } = useTranslation();
  return (
    <div
      role="group"
      aria-label={t("schedules.policy.keeps")}
      className="grid grid-cols-[repeat(auto-fit,minmax(5rem,1fr))] gap-3"
    >
      {RULES.map((rule) => (
        <Field key={rule} label={t(`schedules.policy.rules.${rule}`)}>
          {(parts) => (
            <Input
              {...parts}
              type="number"
              min={0}
              max={MOST_KEPT}
              value={countOf(policy, rule) || ""}
              placeholder="0"
              onChange={(event) => change({ [`keep_${rule}`]: whole(event.target.value) })}
            />
          )}
        </Field>
      ))}
    </div>
  );
}

function whole(text: string): number {
  return Math.min(MOST_KEPT, Math.max(0, Math.trunc(Number(text)) || 0));
}

interface LengthFieldProps {
  label: string;
  help?: string;
  value: string | null;
  onChange: (iso: string | null) => void;
}

/** A length of time as an amount and its unit; none when the amount is empty. */
function LengthField({ label, help, value, onChange }: LengthFieldProps) {
  const { t } = useTranslation();
  const length = value === null ? null : lengthOf(value);
  const [text, setText] = useState(length === null ? "" : String(length.amount));
  const [unit, setUnit] = useState<Unit>(length?.unit ?? "days");
  const write = (amount: string, of: Unit) => {
    setText(amount);
    setUnit(of);
    onChange(Number(amount) > 0 ? isoOf({ amount: Number(amount), unit: of }) : null);
  };
  return (
    <Field label={label} help={help}>
      {(parts) => (
        <div className="flex max-w-64 gap-2">
          <Input
            {...parts}
            type="number"
            min={1}
            step={1}
            value={text}
            onChange={(event) => write(event.target.value, unit)}
          />
          <Select
            aria-label={t("schedules.policy.unitOf", { of: label })}
            value={unit}
            onChange={(event) => write(text, event.target.value as Unit)}
          >
            {UNITS.map((one) => (
              <option key={one} value={one}>
                {t(`schedules.policy.unit.${one}`)}
              </option>
            ))}
          </Select>
        </div>
      )}
    </Field>
  );
}
