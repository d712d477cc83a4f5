import { CalendarSearch } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import type { PreviewRequest } from "@/api/types";
import { type ClockNote, clockNotes, type Rule } from "@/schedules/clock-notes";
import { inZone, isZone, nextChange, ownZone, startOfDay, wallOf } from "@/schedules/zones";
import { usePreview } from "@/schedules/queries";
import { useSettled } from "@/schedules/settled";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { Card } from "@/ui/page";
import { Loading } from "@/ui/states";
import { useNow } from "@/ui/when";

const SHOWN = 10;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const FIELDS = 5;

/** A rule that can be asked about; null while it is half written. */
function asked(rule: Rule, from: string): PreviewRequest | null {
  if (!isZone(rule.tz) || rule.cron.trim().split(/\s+/).length !== FIELDS) return null;
  const after = from === "" ? null : new Date(startOfDay(rule.tz, from)).toISOString();
  return {
    cron: rule.cron,
    tz: rule.tz,
    begin: rule.begin ?? null,
    end: rule.end ?? null,
    count: SHOWN,
    after,
  };
}

/** What a rule would do, as it is being written. */
export function useRulePreview(rule: Rule) {
  const [from, setFrom] = useState("");
  const request = useSettled(asked(rule, from));
  const preview = usePreview(request);
  return { preview, request, from, setFrom };
}

export type RulePreview = ReturnType<typeof useRulePreview>;

/** The next fires, in the schedule's zone and in the person's own. */
export function PreviewCard({ shown }: { shown: RulePreview }) {
  const { t } = useTranslation();
  const { preview, request } = shown;
  const fires = preview.data?.fires ?? [];
  return (
    <Card title={t("schedules.editor.preview")}>
      <div className="flex flex-col gap-3">
        {request !== null && <LookFrom shown={shown} tz={request.tz} />}
        <div aria-live="polite">
          {request === null || preview.isError ? (
            <p className="text-muted">{t("schedules.editor.paused")}</p>
          ) : preview.isPending ? (
            <Loading />
          ) : fires.length === 0 ? (
            <p>{t("schedules.editor.noFires")}</p>
          ) : (
            <Fires rule={request} fires={fires} />
          )}
        </div>
      </div>
    </Card>
  );
}

function LookFrom({ shown, tz }: { shown: RulePreview; tz: string }) {
  const { t } = useTranslation();
  const now = useNow(MINUTE_MS);
  const { from, setFrom } = shown;
  const start = from === "" ? now.getTime() : startOfDay(tz, from) + 2 * DAY_MS;
  const change = useMemo(() => nextChange(tz, start), [tz, start]);
  return (
    <div className="flex flex-wrap items-end gap-2">
      <Field label={t("schedules.editor.from")}>
        {(parts) => (
          <Input
            {...parts}
            type="date"
            className="w-40"
            value={from}
            onChange={(event) => setFrom(event.target.value)}
          />
        )}
      </Field>
      {change !== null && (
        <Button onClick={() => setFrom(dayBefore(tz, change.at))}>
          <CalendarSearch aria-hidden /> {t("schedules.editor.toChange")}
        </Button>
      )}
    </div>
  );
}

function dayBefore(zone: string, at: Date): string {
  return new Date(wallOf(zone, at.getTime()) - DAY_MS).toISOString().slice(0, 10);
}

interface FiresProps {
  rule: Rule;
  fires: readonly string[];
}

/** Fires in order; those about which a clock changes are marked, and it is said what happens. */
export function Fires({ rule, fires }: FiresProps) {
  const { t } = useTranslation();
  const own = ownZone();
  const notes = useMemo(() => clockNotes(rule, fires), [rule, fires]);
  const marks = marksOf(notes);
  return (
    <>
      <p className="text-muted mb-1 text-xs">
        {t("schedules.editor.previewIn", { zone: rule.tz })}
        {own !== rule.tz && ` · ${t("schedules.editor.yours", { zone: own })}`}
      </p>
      <ol className="divide-line divide-y">
        {fires.map((fire) => {
          const mark = marks.get(Date.parse(fire));
          return (
            <li key={fire} className="flex flex-wrap items-center gap-x-3 py-1">
              <time dateTime={fire} className="min-w-44 font-medium">
                {inZone(new Date(fire), rule.tz)}
              </time>
              {own !== rule.tz && (
                <span className="text-muted text-xs">{inZone(new Date(fire), own)}</span>
              )}
              {mark && <Badge tone="warn">{t(`schedules.clock.mark.${mark}`)}</Badge>}
            </li>
          );
        })}
      </ol>
      {notes.length > 0 && (
        <ul className="bg-warn-soft mt-2 flex flex-col gap-1 rounded-md px-3 py-2">
          {notes.map((note) => (
            <li key={note.text}>{note.text}</li>
          ))}
        </ul>
      )}
    </>
  );
}

function marksOf(notes: readonly ClockNote[]): Map<number, ClockNote["kind"]> {
  return new Map(notes.flatMap((note) => note.fires.map((fire) => [fire, note.kind] as const)));
}
