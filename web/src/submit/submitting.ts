import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { toast } from "sonner";

import { type FieldFault, Problem } from "@/api/problem";
import type { JobTypeInfo, PlanAnswer } from "@/api/types";
import { type JobDraft, useSubmit } from "@/jobs/queries";
import { placed, stillTrue } from "@/submit/faults";
import { OnceKey } from "@/submit/once";
import { isStale, usePlan } from "@/submit/plans";
import type { Params } from "@/submit/schema";
import { paramFaults, schemaOf, startParams, toParams } from "@/submit/schemas";

/** What else may be said about a job than its parameters. */
export type Options = Pick<JobDraft, "node" | "not_before" | "priority">;

/** A plan that is being looked at. */
export interface Looked {
  plan: PlanAnswer;
  draft: JobDraft;
  /** It took the place of one that was not true any more. */
  moved: boolean;
}

interface Refused {
  faults: readonly FieldFault[];
  params: Params;
}

const NONE: Refused = { faults: [], params: {} };
const UNAUTHORIZED = 401;

/** One form that was opened: what is in it, and what becomes of it. */
export function useSubmitting(type: JobTypeInfo, given: Params | undefined) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [value, setValue] = useState<Params>(() => startParams(type, given));
  const [options, setOptions] = useState<Options>({});
  const [refused, setRefused] = useState(NONE);
  const [looked, setLooked] = useState<Looked | null>(null);
  const [once] = useState(() => new OnceKey());
  const submit = useSubmit();
  const plan = usePlan();

  const change = (next: Params) => {
    setValue(next);
    setRefused((known) => withoutMended(known, toParams(type, next)));
  };
  /** The job as it stands; null when a field is wrong, which is then said there. */
  const checked = (): JobDraft | null => {
    const params = toParams(type, value);
    const faults = paramFaults(type, params);
    submit.reset();
    plan.reset();
    setRefused({ faults, params });
    return faults.length > 0 ? null : { type: type.name, params, ...options };
  };
  const refuse = (problem: unknown, { params }: JobDraft) => {
    if (!(problem instanceof Problem) || problem.errors.length === 0) return;
    setRefused({ faults: problem.errors, params });
    setLooked(null);
  };
  const look = (draft: JobDraft, moved = false) =>
    plan.mutate(draft, {
      onSuccess: (answer) => setLooked({ plan: answer, draft, moved }),
      onError: (problem) => refuse(problem, draft),
    });
  const send = (draft: JobDraft) =>
    submit.mutate(
      { draft, key: once.for(draft) },
      {
        onSuccess: (job) => {
          once.used();
          toast(t("jobs.started", { title: job.title }));
          void navigate(`/jobs/${job.id}`);
        },
        onError: (problem) => (isStale(problem) ? look(draft, true) : refuse(problem, draft)),
      },
    );

  return {
    value,
    change,
    options,
    setOptions,
    faults: refused.faults,
    left: placed(schemaOf(type), refused.faults).left,
    problem: worthShowing(submit.error) ?? worthShowing(plan.error),
    pending: submit.isPending || plan.isPending,
    looked,
    closePlan: () => setLooked(null),
    start: () => withDraft(checked(), type.destructive ? look : send),
    preview: () => withDraft(checked(), look),
    /** Go on with the plan that was looked at. */
    destroy: ({ draft, plan: { plan_hash } }: Looked) => send({ ...draft, plan_hash }),
    lookAgain: ({ draft }: Looked) => look(draft),
  };
}

function withDraft(draft: JobDraft | null, go: (draft: JobDraft) => void): void {
  if (draft !== null) go(draft);
}

function withoutMended(refused: Refused, now: Params): Refused {
  const faults = stillTrue(refused.faults, refused.params, now);
  return faults.length === refused.faults.length ? refused : { ...refused, faults };
}

/** A session that ended is asked for by its own dialog; a stale plan by a new one. */
function worthShowing(problem: Error | null): Error | null {
  const isSaid = problem instanceof Problem && problem.status === UNAUTHORIZED;
  return isSaid || isStale(problem) ? null : problem;
}
