import { useTranslation } from "react-i18next";

import { month, weekday } from "@/schedules/in-words";
import {
  cronOf,
  type Every,
  EVERY,
  HOUR_STEPS,
  MINUTE_STEPS,
  type Pattern,
  patternOf,
  switched,
  toggled,
} from "@/schedules/pattern";
import { type PatternProps, type Of, Times, within } from "@/schedules/times";
import { Toggles } from "@/schedules/toggles";
import { Field, Input, Select } from "@/ui/field";

const WEEKDAYS = [1, 2, 3, 4, 5, 6, 0];
const MONTHS = Array.from({ length: 12 }, (_, n) => n + 1);
const DAYS = Array.from({ length: 31 }, (_, n) => n + 1);
const SAFE_DAY = 28;

interface BuilderProps {
  cron: string;
  onChange: (cron: string) => void;
}

/** A rule by choosing; what stands in the cron field is all there is to it. */
export function RuleBuilder({ cron, onChange }: BuilderProps) {
  const { t } = useTranslation();
  const pattern = patternOf(cron);
  const write = (next: Pattern) => onChange(cronOf(next));
  return (
    <div className="flex flex-col gap-3">
      <Field label={t("schedules.editor.every")}>
        {(parts) => (
          <Select
            {...parts}
            className="max-w-64"
            value={pattern?.every ?? "cron"}
            onChange={(event) => write(switched(event.target.value as Every, pattern))}
          >
            {pattern === null && <option value="cron">{t("schedules.editor.kinds.cron")}</option>}
            {EVERY.map((every) => (
              <option key={every} value={every}>
                {t(`schedules.editor.kinds.${every}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {pattern !== null && <Choices pattern={pattern} write={write} />}
    </div>
  );
}

function Choices({ pattern, write }: PatternProps<Pattern>) {
  switch (pattern.every) {
    case "minute":
      return <Steps pattern={pattern} steps={MINUTE_STEPS} write={write} />;
    case "hour":
      return <Hours pattern={pattern} write={write} />;
    case "day":
      return <Times pattern={pattern} write={write} />;
    case "week":
      return <Week pattern={pattern} write={write} />;
    case "month":
      return <Month pattern={pattern} write={write} />;
    case "year":
      return <Year pattern={pattern} write={write} />;
  }
}

function Steps({
  pattern,
  steps,
  write,
}: PatternProps<Of<"minute" | "hour">> & { steps: number[] }) {
  const { t } = useTranslation();
  const said = pattern.every === "minute" ? "minutes" : "hours";
  return (
    <Field label={t("schedules.editor.step")}>
      {(parts) => (
        <Select
          {...parts}
          className="max-w-64"
          value={pattern.step}
          onChange={(event) => write({ ...pattern, step: Number(event.target.value) })}
        >
          {steps.map((step) => (
            <option key={step} value={step}>
              {t(`schedules.editor.${said}`, { count: step })}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

function Hours({ pattern, write }: PatternProps<Of<"hour">>) {
  const { t } = useTranslation();
  return (
    <div className="flex flex-wrap gap-3">
      <Steps pattern={pattern} steps={HOUR_STEPS} write={write} />
      <Field label={t("schedules.editor.atMinute")}>
        {(parts) => (
          <Input
            {...parts}
            type="number"
            min={0}
            max={59}
            className="w-24"
            value={pattern.minute}
            onChange={(event) => write({ ...pattern, minute: within(event.target.value, 0, 59) })}
          />
        )}
      </Field>
    </div>
  );
}

function Week({ pattern, write }: PatternProps<Of<"week">>) {
  const { t } = useTranslation();
  return (
    <>
      <Toggles
        label={t("schedules.editor.weekdays")}
        values={WEEKDAYS}
        chosen={pattern.weekdays}
        name={(day) => weekday(day, "short")}
        fullName={(day) => weekday(day)}
        onToggle={(day) => write({ ...pattern, weekdays: toggled(pattern.weekdays, day) })}
      />
      <Times pattern={pattern} write={write} />
    </>
  );
}

function Month({ pattern, write }: PatternProps<Of<"month">>) {
  const { t } = useTranslation();
  return (
    <>
      <Toggles
        label={t("schedules.editor.monthDays")}
        values={DAYS}
        chosen={pattern.days}
        name={String}
        onToggle={(day) => write({ ...pattern, days: toggled(pattern.days, day) })}
      />
      {pattern.days.some((day) => day > SAFE_DAY) && (
        <p className="text-muted text-xs">{t("schedules.editor.shortMonths")}</p>
      )}
      <Times pattern={pattern} write={write} />
    </>
  );
}

function Year({ pattern, write }: PatternProps<Of<"year">>) {
  const { t } = useTranslation();
  return (
    <>
      <div className="flex flex-wrap gap-3">
        <Field label={t("schedules.editor.day")}>
          {(parts) => (
            <Input
              {...parts}
              type="number"
              min={1}
              max={31}
              className="w-24"
              value={pattern.day}
              onChange={(event) => write({ ...pattern, day: within(event.target.value, 1, 31) })}
            />
          )}
        </Field>
        <Field label={t("schedules.editor.month")}>
          {(parts) => (
            <Select
              {...parts}
              className="w-40"
              value={pattern.month}
              onChange={(event) => write({ ...pattern, month: Number(event.target.value) })}
            >
              {MONTHS.map((one) => (
                <option key={one} value={one}>
                  {month(one)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <Times pattern={pattern} write={write} />
    </>
  );
}
