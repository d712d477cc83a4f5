import { Plus, X } from "lucide-react";
import { useTranslation } from "react-i18next";

import {
  clocks,
  type Every,
  type Pattern,
  withOneMore,
  withoutTime,
  withTime,
} from "@/schedules/pattern";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";

const MOST_TIMES = 24;

export type Of<E extends Every> = Extract<Pattern, { every: E }>;

export interface PatternProps<P extends Pattern> {
  pattern: P;
  write: (next: Pattern) => void;
}

/** The times of a day: every one but the first can be taken away. */
export function Times({ pattern, write }: PatternProps<Of<"day" | "week" | "month" | "year">>) {
  const { t } = useTranslation();
  const times = clocks(pattern);
  return (
    <div className="flex flex-col gap-1">
      <div className="flex flex-wrap items-end gap-3">
        {times.map((time, place) => (
          // Times have no identity but their place: the hour is what is being typed.
          <div key={place} className="flex items-end gap-1">
            <Field label={t(place === 0 ? "schedules.editor.at" : "schedules.editor.atMore")}>
              {(parts) => (
                <Input
                  {...parts}
                  type="time"
                  className="w-36"
                  value={time}
                  onChange={(event) => write(withTime(pattern, place, event.target.value))}
                />
              )}
            </Field>
            {place > 0 && (
              <Button
                look="quiet"
                size="icon"
                aria-label={t("schedules.editor.removeTime", { time })}
                onClick={() => write(withoutTime(pattern, place))}
              >
                <X aria-hidden />
              </Button>
            )}
          </div>
        ))}
        {times.length < MOST_TIMES && (
          <Button look="quiet" onClick={() => write(withOneMore(pattern))}>
            <Plus aria-hidden /> {t("schedules.editor.addTime")}
          </Button>
        )}
      </div>
      {times.length > 1 && (
        <p className="text-muted text-xs">{t("schedules.editor.sharedMinute")}</p>
      )}
    </div>
  );
}

/** A whole number between two; the lower one for what is none. */
export function within(text: string, low: number, high: number): number {
  return Math.min(high, Math.max(low, Math.trunc(Number(text)) || low));
}
