"""Let snapshots be kept as long as was promised when they were taken."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from pydantic import Field

from calypso.drivers.storage import Snapshot, SnapshotMissing, Storage
from calypso.errors import Invalid, NotFound
from calypso.jobs.storage._holding import protected_until
from calypso.models.clock import now
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, exclusive
from calypso.models.names import split_snapshot
from calypso.models.owning import Standing, owners_of
from calypso.models.retention import Duration, Retention, promised_until
from calypso.models.running import RunningJob
from calypso.models.snapshot_task import SNAPSHOTS, SnapshotTask, tasks_of


class Params(JobParams):
    """Of which task."""

    task: UUID = Field(description="The schedule that has taken the snapshots.")
    lifetime: Duration | None = Field(
        default=None,
        description="How long after it was taken each is kept; the lifetime of the task's policy "
        "when empty.",
    )

    def locks(self) -> Sequence[Lock]:
        # Not while a pruning has looked at them and not yet destroyed them.
        return [exclusive("retention")]

    def title(self) -> str:
        return f"Keep the snapshots of {self.task} as long as was said"


class Result(JobResult):
    """How many are protected until a date by this, and how many were so already or are due."""

    protected: int
    left: int


@job(
    "storage.snapshot_fixate",
    driver=Storage,
    permission="storage:operate",
    timeout_s=6 * 3600,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
)
def fixate(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Protect each snapshot that a task has taken until its lifetime is over.

    Run it before the policy of the task is changed for the worse: what was taken so far is then
    kept as long as was said when it was taken, and only what comes goes by what is new. Nothing is
    ever protected for a shorter time than it was, and what is due already is left alone.
    """
    tasks = tasks_of(running.schedules(SNAPSHOTS), running.node)
    task = _found(params.task, tasks)
    policy = task.policy or Retention()
    if params.lifetime is not None:
        policy = Retention(lifetime=params.lifetime, min_age=policy.min_age)
    _refuse_dateless(task, policy)
    running.report(phase="looking")
    taken = list(_taken(task, tasks, storage))
    wanted = [
        (one, until)
        for one, at in taken
        if (until := promised_until(policy, at, task.rule.zone))
        and until > max(now(), protected_until(one))
    ]
    protected = 0
    for done, (one, until) in enumerate(wanted):
        running.stop_if_cancelled()
        running.report(phase="protecting", done=done, total=len(wanted), unit="snapshots")
        with suppress(SnapshotMissing):  # somebody destroyed it meanwhile
            storage.protect(one.name, until)
            protected += 1
    running.report(done=len(wanted), total=len(wanted), unit="snapshots")
    return Result(protected=protected, left=len(taken) - len(wanted))


def _refuse_dateless(task: SnapshotTask, policy: Retention) -> None:
    if policy.lifetime is None:
        why = "counts its snapshots" if policy.keeps_something else "keeps its snapshots for ever"
        raise Invalid(
            f"{task.name} {why}, so no date is theirs. Say how long they are to be kept: lifetime."
        )


def _found(wanted: UUID, tasks: Sequence[SnapshotTask]) -> SnapshotTask:
    for task in tasks:
        if task.id == wanted:
            return task
    raise NotFound(f"There is no schedule {wanted} that takes snapshots on this node.")


def _taken(
    task: SnapshotTask, tasks: Sequence[SnapshotTask], storage: Storage
) -> Iterator[tuple[Snapshot, datetime]]:
    """Yield each snapshot that is the task's, and when it was taken."""
    found = storage.snapshots(task.dataset, recursive=True)
    for dataset in sorted({split_snapshot(one.name)[0] for one in found}):
        here = [one for one in found if split_snapshot(one.name)[0] == dataset]
        standing = [Standing.model_validate(one.model_dump()) for one in here]
        owned, _ = owners_of(standing, [one for one in tasks if one.covers(dataset)])
        for place, owners in owned.items():
            if task in owners:
                yield here[place], owners[task]
