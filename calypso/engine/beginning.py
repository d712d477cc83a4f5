"""What is made sure of before the first effect of a job."""

from calypso.engine.patience import until_known
from calypso.engine.plans import plan_of
from calypso.engine.ports import JobStore
from calypso.engine.running import Running
from calypso.errors import JobCancelled, JobFenced, PlanStale
from calypso.models.jobtype import JobParams, JobType, OnLost


def begin(jobs: JobStore, running: Running, job_type: JobType) -> None:
    """Have it on record that effects start now; what may run again had begun with its claim.

    Raises JobFenced when it is somebody else's by now, JobCancelled when nobody wants it any more.
    """
    claimed = running.claimed
    if job_type.on_lost is OnLost.REQUEUE and not claimed.cancel_requested:
        return
    answer = until_known(lambda: jobs.begin(claimed.id, claimed.epoch), sleep=running.wait)
    if answer == "fenced":
        raise JobFenced
    if answer == "cancel":
        raise JobCancelled("Cancelled before it began; nothing was done.")


def refuse_stale_plan(
    running: Running, job_type: JobType, params: JobParams, driver: object
) -> None:
    """Look once more, beside the driver, whether the plan people saw is still so: PlanStale.

    Not after an earlier attempt noted what it began: the world has moved by that.
    """
    expected = running.claimed.plan_hash
    if expected is None or running.external is not None:
        return
    if plan_of(job_type, params, driver, running).plan_hash != expected:
        raise PlanStale("The plan no longer holds; nothing was done. Make a new plan.")
