import { useQuery } from "@tanstack/react-query";
import { Ban, RotateCcw } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { toast } from "sonner";

import type { Job } from "@/api/types";
import { jobTypesQuery, useCancel, useRerun } from "@/jobs/queries";
import { hasEnded } from "@/jobs/state";
import { useMay } from "@/session/session";
import { Button, buttonLook } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Failed } from "@/ui/states";

/** What may be done with a job by whoever looks at it: nothing that would only be refused. */
export function JobActions({ job }: { job: Job }) {
  const may = useMay();
  const types = useQuery(jobTypesQuery);
  const type = types.data?.find((one) => one.name === job.type);
  const mayDo = type !== undefined && may(type.permission);
  return (
    <>
      {!hasEnded(job) && may("jobs:cancel") && mayDo && (
        <CancelButton job={job} how={type.cancel} />
      )}
      {hasEnded(job) && may("jobs:submit") && mayDo && (
        <RerunButton job={job} destructive={type.destructive} />
      )}
    </>
  );
}

type CancelClass = "anytime" | "subsystem" | "checkpoint" | "before_start";

function CancelButton({ job, how }: { job: Job; how: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const cancel = useCancel();
  const go = () =>
    cancel.mutate(job.id, {
      onSuccess: (now) => {
        setOpen(false);
        toast(t(now.state === "cancelled" ? "job.cancelled" : "job.cancelAsked"));
      },
    });
  const what = job.state === "running" ? (how as CancelClass) : "notStarted";
  return (
    <>
      <Button
        disabled={!job.cancellable || job.cancel_requested_at !== null}
        onClick={() => setOpen(true)}
      >
        <Ban aria-hidden /> {t("job.cancel")}
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={t("job.cancelTitle", { title: job.title })}
        actions={
          <>
            <Button onClick={() => setOpen(false)}>{t("job.cancelKeep")}</Button>
            <Button look="danger" disabled={cancel.isPending} onClick={go}>
              {t("job.cancel")}
            </Button>
          </>
        }
      >
        <p>{t(`job.cancelWhat.${what}`)}</p>
        {cancel.isError && <Failed problem={cancel.error} />}
      </Dialog>
    </>
  );
}

/** One that destroys is planned anew first: its form opens with the same parameters. */
function RerunButton({ job, destructive }: { job: Job; destructive: boolean }) {
  const { t } = useTranslation();
  const rerun = useRerun();
  if (destructive) {
    return (
      <Link className={buttonLook()} to={`/jobs/new/${job.type}`} state={{ params: job.params }}>
        <RotateCcw aria-hidden /> {t("job.rerun")}
      </Link>
    );
  }
  const go = () =>
    rerun.mutate(
      { id: job.id },
      {
        onSuccess: (next) => toast(t("job.rerunDone"), { description: <FollowUp id={next.id} /> }),
        onError: (problem) => toast.error(problem.message),
      },
    );
  return (
    <Button disabled={rerun.isPending} onClick={go}>
      <RotateCcw aria-hidden /> {t("job.rerun")}
    </Button>
  );
}

function FollowUp({ id }: { id: string }) {
  const { t } = useTranslation();
  return (
    <Link className="text-accent underline" to={`/jobs/${id}`}>
      {t("job.followUp")}
    </Link>
  );
}
