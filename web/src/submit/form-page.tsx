import { useQuery } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import { Fragment, type SubmitEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useParams } from "react-router";

import type { FieldFault } from "@/api/problem";
import type { JobTypeInfo } from "@/api/types";
import { jobTypesQuery } from "@/jobs/queries";
import { useMay } from "@/session/session";
import { JobOptions } from "@/submit/options";
import { ParamsForm } from "@/submit/params-form";
import { PlanDialog } from "@/submit/plan-dialog";
import { useSubmitting } from "@/submit/submitting";
import type { Params } from "@/submit/schema";
import { Badge } from "@/ui/badge";
import { Button, buttonLook } from "@/ui/button";
import { Card, Page } from "@/ui/page";
import { Empty, Failed, Loading } from "@/ui/states";

/** The form of one type of job; what another page knows already is filled in. */
export function FormPage() {
  const { t } = useTranslation();
  const { type: name = "" } = useParams();
  const location = useLocation();
  const may = useMay();
  const types = useQuery(jobTypesQuery);
  if (types.isPending) return <Loading />;
  if (types.isError) return <Failed problem={types.error} retry={() => void types.refetch()} />;
  const type = types.data.find((one) => one.name === name);
  if (type === undefined) {
    return <Refused title={t("submit.unknown")} hint={t("submit.unknownHint")} />;
  }
  if (!may(type.permission) || !may("jobs:submit")) {
    const permission = may(type.permission) ? "jobs:submit" : type.permission;
    return (
      <Refused title={t("submit.forbidden")} hint={t("submit.forbiddenHint", { permission })} />
    );
  }
  const given = (location.state as { params?: Params } | null)?.params;
  return <JobForm key={`${name} ${location.key}`} type={type} given={given} />;
}

/** What a type says of itself; names in it are in backticks. */
function Prose({ text }: { text: string }) {
  return (
    <p className="text-muted max-w-prose">
      {text.split("`").map((part, nth) => (
        // Its parts have no identity but their place.
        <Fragment key={nth}>{nth % 2 === 0 ? part : <code>{part}</code>}</Fragment>
      ))}
    </p>
  );
}

function Refused({ title, hint }: { title: string; hint: string }) {
  const { t } = useTranslation();
  return (
    <Page title={t("jobs.start")} actions={<ToChooser />}>
      <Empty title={title}>{hint}</Empty>
    </Page>
  );
}

function ToChooser() {
  const { t } = useTranslation();
  return (
    <Link to="/jobs/new" className={buttonLook({ look: "quiet" })}>
      <ArrowLeft aria-hidden /> {t("submit.choose")}
    </Link>
  );
}

function JobForm({ type, given }: { type: JobTypeInfo; given: Params | undefined }) {
  const { t } = useTranslation();
  const form = useSubmitting(type, given);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    form.start();
  };
  return (
    <Page
      title={type.title}
      aside={type.destructive && <Badge tone="bad">{t("submit.destructive")}</Badge>}
      actions={<ToChooser />}
    >
      {type.description && <Prose text={type.description} />}
      <form noValidate onSubmit={submit} aria-label={type.title} className="max-w-3xl">
        <Card>
          <div className="flex flex-col gap-5">
            <Said problem={form.problem} faults={form.faults} left={form.left} />
            <ParamsForm
              type={type}
              value={form.value}
              onChange={form.change}
              errors={form.faults}
            />
            <JobOptions
              subsystem={type.subsystem}
              value={form.options}
              onChange={form.setOptions}
            />
            <Buttons type={type} pending={form.pending} onPreview={form.preview} />
          </div>
        </Card>
      </form>
      {form.looked && (
        <PlanDialog
          type={type}
          looked={form.looked}
          problem={form.problem}
          pending={form.pending}
          onClose={form.closePlan}
          onGo={form.destroy}
          onAgain={form.lookAgain}
        />
      )}
    </Page>
  );
}

interface SaidProps {
  problem: Error | null;
  faults: readonly FieldFault[];
  left: readonly FieldFault[];
}

/** What was refused: where a field is named it stands there, and here only how many there are. */
function Said({ problem, faults, left }: SaidProps) {
  const { t } = useTranslation();
  const count = faults.length - left.length;
  if (problem === null && faults.length === 0) return null;
  return (
    <div className="flex flex-col gap-2">
      {problem !== null && (count === 0 || left.length > 0) && <Failed problem={problem} />}
      {left.length > 0 && (
        <ul aria-label={t("submit.unplaced")} className="text-bad list-disc pl-5">
          {left.map(({ pointer, message }) => (
            <li key={pointer + message}>
              <code>{pointer}</code> {message}
            </li>
          ))}
        </ul>
      )}
      {count > 0 && (
        <p role="status" className="bg-bad-soft text-bad rounded-lg px-4 py-2 font-medium">
          {t("submit.wrong", { count })}
        </p>
      )}
    </div>
  );
}

interface ButtonsProps {
  type: JobTypeInfo;
  pending: boolean;
  onPreview: () => void;
}

function Buttons({ type, pending, onPreview }: ButtonsProps) {
  const { t } = useTranslation();
  const hasNeeded = (type.params_schema.required as string[] | undefined)?.length;
  return (
    <div className="border-line flex flex-wrap items-center justify-end gap-2 border-t pt-4">
      {hasNeeded && <p className="text-muted mr-auto text-xs">{t("submit.required")}</p>}
      {type.plans && !type.destructive && (
        <Button look="quiet" disabled={pending} onClick={onPreview}>
          {t("submit.preview")}
        </Button>
      )}
      <Button type="submit" look={type.destructive ? "danger" : "primary"} disabled={pending}>
        {t(pending ? "submit.planning" : type.destructive ? "submit.look" : "submit.start")}
      </Button>
    </div>
  );
}
