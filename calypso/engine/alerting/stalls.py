"""Jobs that run but do not move: the heart beats, and the work stands still."""

from collections.abc import Iterator
from datetime import timedelta

from calypso.engine.alerting.watch import View, Watch
from calypso.models.alert import Level, NewAlert
from calypso.models.job import Job, State
from calypso.models.listing import JobQuery


def find_stalled(view: View) -> Iterator[NewAlert]:
    """Find running jobs whose progress has not moved for their type's `stall_s`."""
    if not view.limits.stalls:
        return
    for job in _running(view):
        stall_s = view.limits.stalls[job.type]
        if is_stalled(job, stall_s):
            yield _stalled(job, stall_s)


STALLED = Watch("job_stalled", find_stalled)


def is_stalled(job: Job, stall_s: float) -> bool:
    """Tell whether the latest heartbeat came that long after the latest move.

    Measured between the two, so that a worker whose heartbeats do not arrive proves nothing.
    """
    moved_at = job.progress.updated_at or job.started_at
    if moved_at is None or job.heartbeat_at is None:
        return False
    return job.heartbeat_at - moved_at > timedelta(seconds=stall_s)


def _running(view: View) -> Iterator[Job]:
    types, cursor = tuple(sorted(view.limits.stalls)), None
    while True:
        query = JobQuery(states=(State.RUNNING,), types=types, limit=500, cursor=cursor)
        page = view.ports.jobs.page(query)
        yield from page.items
        if (cursor := page.next_cursor) is None:
            return


def _stalled(job: Job, stall_s: float) -> NewAlert:
    moved_at = job.progress.updated_at or job.started_at or job.created_at
    return NewAlert(
        key=f"job_stalled/{job.id}",
        kind="job_stalled",
        level=Level.ERROR,
        subject=job.title or job.type,
        title=f"{job.title or job.type} does not move",
        detail=f"Its worker on {job.node} lives, but job {job.id} has not moved since "
        f"{moved_at.isoformat(timespec='seconds')}; {stall_s:g} s is the most its type does. It "
        "may hang in the kernel: look at its log and at the devices, then cancel it.",
        node=job.node,
        subsystem=job.subsystem,
        job_id=job.id,
    )
