import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { toast } from "sonner";

import type { Schedule } from "@/api/types";
import { jobTypesQuery } from "@/jobs/queries";
import { Conflict } from "@/schedules/conflict";
import {
  differences,
  type Draft,
  type DraftField,
  draftOf,
  faultsAt,
  isPlaced,
  specOf,
  wholeFaults,
} from "@/schedules/draft";
import { ElseFields } from "@/schedules/else-fields";
import { canFixate } from "@/schedules/fixate";
import { FixField, GoingCard } from "@/schedules/going";
import { Leaving } from "@/schedules/leaving";
import { samePolicy } from "@/schedules/policy";
import { PreviewCard, useRulePreview } from "@/schedules/preview";
import { isConflict, scheduleQuery, type Seen, useSave } from "@/schedules/queries";
import { newlyGoing, useRetentionPreview } from "@/schedules/retention-preview";
import { RetentionFields } from "@/schedules/retention-fields";
import { RuleFields } from "@/schedules/rule-fields";
import { WhatFields } from "@/schedules/what-fields";
import { Button, buttonLook } from "@/ui/button";
import { Failed } from "@/ui/states";

interface EditorProps {
  /** As it was when the editor opened; null for a new one. */
  seen: Seen | null;
  start: Draft;
}

/** One form for what is new and what is changed. */
export function Editor({ seen, start }: EditorProps) {
  const { t } = useTranslation();
  const [base, setBase] = useState(seen);
  const [draft, setDraft] = useState(start);
  const [revision, setRevision] = useState(0);
  const [saved, setSaved] = useState<Schedule | null>(null);
  const [fixing, setFixing] = useState(false);
  const types = useQuery(jobTypesQuery);
  const save = useSave();
  const conflict = useConflict(base);
  const rule = useRulePreview(draft);
  const letting = useLetting(base, draft);
  useWhenSaved(saved);

  const type = types.data?.find((one) => one.name === draft.type);
  const change = (part: Partial<Draft>) => setDraft((now) => ({ ...now, ...part }));
  const faults = (field: DraftField) => faultsFor(field, rule.preview.error, save.error);
  const submit = () =>
    save.mutate(
      { base, spec: specOf(draft), fixing: letting.canFix && fixing },
      {
        onSuccess: ({ schedule }) => setSaved(schedule),
        onError: (problem) => isConflict(problem) && void conflict.look(),
      },
    );
  const settle = () => {
    conflict.settle();
    save.reset();
  };
  const takeTheirs = (theirs: Seen) => {
    setBase(theirs);
    setDraft(draftOf(theirs.schedule));
    setRevision((now) => now + 1);
    settle();
  };
  const keepMine = (theirs: Seen) => {
    setBase(theirs);
    settle();
  };
  const isDirty = differences(base === null ? start : draftOf(base.schedule), draft).length > 0;
  return (
    <form
      noValidate
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="grid items-start gap-4 xl:grid-cols-[3fr_2fr]">
        <div className="flex min-w-0 flex-col gap-4">
          <WhatFields
            key={revision}
            types={types.data ?? []}
            paramFaults={faultsAt(save.error, "params")}
            {...{ type, draft, change, faults }}
          />
          <RuleFields {...{ draft, change, faults }} />
          {type?.params_schema["x-retains"] === true && (
            <RetentionFields key={`r${revision}`} {...{ type, draft, change, faults }} />
          )}
          <ElseFields {...{ draft, change, faults }} />
        </div>
        <div className="flex min-w-0 flex-col gap-4 xl:sticky xl:top-4">
          {letting.isAsked && (
            <GoingCard preview={letting.preview} isOfSaved={letting.isOfSaved}>
              {letting.canFix && <FixField {...{ fixing, setFixing }} />}
            </GoingCard>
          )}
          <PreviewCard shown={rule} />
        </div>
      </div>
      {save.isError && !isPlaced(save.error) && conflict.theirs === null && (
        <Failed problem={save.error} />
      )}
      {save.isPending && letting.canFix && fixing && (
        <p role="status" className="text-muted">
          {t("schedules.going.fixing")}
        </p>
      )}
      <Footer
        back={base === null ? "/schedules" : `/schedules/${base.schedule.id}`}
        count={letting.canFix && fixing ? 0 : letting.count}
        isNew={base === null}
        disabled={save.isPending || letting.isUnknown || draft.type === ""}
      />
      <Leaving isDirty={isDirty && saved === null} />
      {conflict.theirs && (
        <Conflict
          by={conflict.theirs.schedule.updated_by}
          theirs={draftOf(conflict.theirs.schedule)}
          mine={draft}
          onTheirs={() => conflict.theirs && takeTheirs(conflict.theirs)}
          onMine={() => conflict.theirs && keepMine(conflict.theirs)}
        />
      )}
      <span role="status" className="sr-only">
        {saved && t("schedules.editor.saved", { name: saved.name })}
      </span>
    </form>
  );
}

/** What the preview says of the rule now, and what saving said last. */
function faultsFor(field: DraftField, ofRule: unknown, ofSave: unknown): string[] {
  const whole = field === "begin" ? wholeFaults(ofRule) : [];
  const told = [...faultsAt(ofRule, field), ...faultsAt(ofSave, field)];
  return [...new Set([...told.map((fault) => fault.message), ...whole])];
}

/** What a change of the retention lets go; asked only where there is one. */
function useLetting(base: Seen | null, draft: Draft) {
  const isAsked = base !== null && !samePolicy(base.schedule.retention, draft.retention);
  const preview = useRetentionPreview(
    isAsked ? { policy: draft.retention, tz: draft.tz, schedule: base.schedule.id } : null,
  );
  const isKnown = preview.isUpToDate && (preview.data !== undefined || preview.isError);
  const changed = base === null ? [] : differences(draftOf(base.schedule), draft);
  const count = isAsked && preview.data ? newlyGoing(preview.data).length : 0;
  return {
    isAsked,
    preview,
    isUnknown: isAsked && !isKnown,
    isOfSaved: changed.some((field) => OF_SAVED.has(field)),
    count,
    canFix: count > 0 && base !== null && canFixate(base.schedule),
  };
}

const OF_SAVED = new Set<DraftField>(["params", "cron", "tz", "begin", "end", "node"]);

/** Theirs, once somebody else turns out to have been first. */
function useConflict(base: Seen | null) {
  const queries = useQueryClient();
  const [theirs, setTheirs] = useState<Seen | null>(null);
  const look = async () => {
    if (base === null) return;
    try {
      setTheirs(await queries.query({ ...scheduleQuery(base.schedule.id), staleTime: 0 }));
    } catch {
      // That somebody was first is said all the same; saving again looks again.
    }
  };
  return { theirs, look, settle: () => setTheirs(null) };
}

/** Go to its page; only then, for nothing may be in the way of leaving. */
function useWhenSaved(saved: Schedule | null) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  useEffect(() => {
    if (saved === null) return;
    toast(t("schedules.editor.saved", { name: saved.name }));
    void navigate(`/schedules/${saved.id}`);
  }, [saved, navigate, t]);
}

interface FooterProps {
  back: string;
  count: number;
  isNew: boolean;
  disabled: boolean;
}

function Footer({ back, count, isNew, disabled }: FooterProps) {
  const { t } = useTranslation();
  const plain = t(isNew ? "schedules.editor.create" : "schedules.editor.save");
  return (
    <div className="border-line bg-page sticky bottom-0 flex justify-end gap-2 border-t py-3">
      <Link className={buttonLook()} to={back}>
        {t("ui.cancel")}
      </Link>
      <Button type="submit" look={count > 0 ? "danger" : "primary"} disabled={disabled}>
        {count > 0 ? t("schedules.editor.saveLetting", { count }) : plain}
      </Button>
    </div>
  );
}
