"""Read all of a pool and repair what is damaged."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from calypso.drivers.storage import Interrupted, Scan, ScanState, Storage
from calypso.errors import JobCancelled
from calypso.jobs.storage._showing import shower
from calypso.models.clock import now
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, exclusive, present
from calypso.models.names import PoolName
from calypso.models.running import RunningJob

TIMEOUT_S = 30 * 86400
GOING = (ScanState.RUNNING, ScanState.PAUSED)


class Params(JobParams):
    """Which pool, and whether a paused scrub goes on."""

    pool: PoolName = Field(
        description="Pool to scrub.", json_schema_extra={"x-choices": "storage/pools"}
    )
    action: Literal["start", "resume"] = Field(
        default="start", description="Begin a scrub, or go on with one that is paused."
    )
    threshold_days: int = Field(
        default=0,
        ge=0,
        le=3650,
        description="Do nothing when the last scrub ended fewer days ago; 0: always scrub.",
    )

    def locks(self) -> Sequence[Lock]:
        # Not "storage": a scrub takes days and must not hold up snapshots. One that resumes takes
        # no "scan" either: the job whose scrub was paused may hold that, waiting to be resumed.
        begins = [exclusive("scan", self.pool)] if self.action == "start" else []
        return [present("storage", self.pool), *begins]

    def title(self) -> str:
        return f"{'Resume scrub of' if self.action == 'resume' else 'Scrub'} pool {self.pool}"


class Result(JobResult):
    """What the scrub found; `is_skipped`: the last one was recent enough."""

    repaired_bytes: int | None = None
    errors: int | None = None
    is_skipped: bool = False


@job(
    "storage.pool_scrub",
    driver=Storage,
    permission="storage:operate",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.SUBSYSTEM,
    on_lost=OnLost.REQUEUE,
    schedulable=True,
    stall_s=7200,  # a busy pool slows a scrub down, but something is read every now and then
)
def scrub_pool(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Read all of a pool and repair what is damaged.

    A scrub that runs already, of an earlier attempt or started by hand, is followed. One that is
    paused is waited for; `action: resume` lets it go on. One that ended, or was stopped, while
    the worker was lost is not made again.
    """
    last = storage.pool(params.pool).scan
    if running.external is not None:
        begun_at = datetime.fromisoformat(running.external)
        if last is not None and _has_ended_since(last, begun_at):
            return _result(params, last, running)
        if last is not None and _has_ended_since(last, begun_at, as_=ScanState.CANCELED):
            raise Interrupted(f"Somebody stopped the scrub of {params.pool} before its end.")
    elif _is_recent(last, params.threshold_days):
        return Result(is_skipped=True)
    elif params.action == "resume" and (last is None or last.state not in GOING):
        raise Interrupted(f"No scrub of {params.pool} is paused. Begin one: action start.")
    else:
        running.remember(now().replace(microsecond=0).isoformat())
    try:
        scan = storage.run_scrub(
            params.pool,
            resume=params.action == "resume",
            on_scan=shower(running, "scrub"),
            timeout_s=TIMEOUT_S,
        )
    except JobCancelled:
        with running.tidying():
            storage.stop_scrub(params.pool)
        raise
    return _result(params, scan, running)


def _result(params: Params, scan: Scan, running: RunningJob) -> Result:
    if scan.errors:
        running.warn("scrub_errors", f"{scan.errors} errors were found in {params.pool}.")
    return Result(repaired_bytes=scan.repaired_bytes, errors=scan.errors)


def _is_recent(last: Scan | None, days: int) -> bool:
    return days > 0 and last is not None and _has_ended_since(last, now() - timedelta(days=days))


def _has_ended_since(scan: Scan, moment: datetime, *, as_: ScanState = ScanState.FINISHED) -> bool:
    is_so = scan.function == "scrub" and scan.state is as_
    return is_so and scan.finished_at is not None and scan.finished_at >= moment
