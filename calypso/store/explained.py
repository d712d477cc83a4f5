"""From what the store knows around a job to why it waits and how long it takes. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from calypso.models.estimate import Kind, estimate, is_wanted, kind_of
from calypso.models.job import (
    Estimate,
    Holder,
    Job,
    Progress,
    Slot,
    State,
    Wait,
    WaitReason,
)
from calypso.store import reading

MOST_SHOWN = 10  # of needed jobs, and of jobs in slots


@dataclass(frozen=True)
class Served:
    """A worker process of a queue as the store sees it."""

    draining: bool
    silent: bool
    job: Job | None


@dataclass(frozen=True)
class Needs:
    """The jobs that one job comes after: how many, how many ended, and the first that did not.

    `percents`: the sum over those that run; `unknown`: how many of them cannot tell theirs.
    """

    total: int
    ended: int
    percents: float
    unknown: int
    open: Sequence[Job]


@dataclass(frozen=True)
class Around:
    """All that is around some jobs."""

    holders: Mapping[UUID, Job] = field(default_factory=dict)
    needs: Mapping[UUID, Needs] = field(default_factory=dict)
    served: Mapping[tuple[str, str], Sequence[Served]] = field(default_factory=dict)
    places: Mapping[UUID, int] = field(default_factory=dict)

    def jobs(self) -> list[Job]:
        """Return every job in it."""
        needed = [job for one in self.needs.values() for job in one.open]
        serving = [one.job for many in self.served.values() for one in many if one.job]
        return [*self.holders.values(), *needed, *serving]


RunTimes = Mapping[Kind, Sequence[float]]
Reason = Literal["no_worker", "silent", "draining", "busy", "free"]


def kinds_wanted(jobs: Sequence[Job]) -> list[Kind]:
    """Return the kinds of those jobs whose end only past runs can tell."""
    return sorted({kind_of(job) for job in jobs if is_wanted(job)})


def explained(job: Job, around: Around, run_times: RunTimes) -> Job:
    """Return the job with its reasons and its estimate."""
    if job.state is State.RUNNING:
        return job.but(estimate=_estimate(job, run_times))
    if job.state is State.QUEUED:
        return job.but(slot=_slot(job, around, run_times))
    if job.wait is None:
        return job
    told = _wait(job.wait, job, around, run_times)
    needs = around.needs.get(job.id)
    if needs is not None and any(one.parent_id == job.id for one in needs.open):
        return job.but(wait=told, progress=_combined(job.progress, needs))
    return job.but(wait=told)


def holder(job: Job, run_times: RunTimes) -> Holder:
    """Return a job as one that others wait for."""
    told = Holder(job=job.id, title=job.title, state=job.state, progress=job.progress)
    if job.progress.eta_s is not None:
        update = {"eta_s": job.progress.eta_s, "eta_source": "progress"}
        return told.model_copy(update=update)
    guess = _estimate(job, run_times)
    left_s = None if guess is None else _first(guess.eta_s_p50, guess.eta_s_p90)
    if left_s is None:
        return told
    return told.model_copy(update={"eta_s": left_s, "eta_source": "history"})


def _estimate(job: Job, run_times: RunTimes) -> Estimate | None:
    return estimate(job, run_times.get(kind_of(job), ()))


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)


def _wait(wait: Wait, job: Job, around: Around, run_times: RunTimes) -> Wait | None:
    needs = around.needs.get(job.id)
    needed = [] if needs is None else [holder(one, run_times) for one in needs.open]
    found = None if wait.holder_job is None else around.holders.get(wait.holder_job)
    if wait.reason is WaitReason.AFTER:
        in_the_way = next((one for one in needed if one.job == wait.holder_job), None)
    else:
        in_the_way = None if found is None else holder(found, run_times)
    return wait.model_copy(update={"holder": in_the_way, "needs": needed})


def _combined(own: Progress, needs: Needs) -> Progress:
    """Return how far a parent's children are together; no percent where one cannot tell its own."""
    percent = round((100.0 * needs.ended + needs.percents) / needs.total, 2)
    update = {"done": needs.ended, "total": needs.total, "unit": "jobs"}
    return own.model_copy(update={**update, "percent": None if needs.unknown else percent})


def _slot(job: Job, around: Around, run_times: RunTimes) -> Slot:
    served = around.served.get((job.node, job.queue), ())
    taking = [one for one in served if not one.draining]
    heard = [one for one in taking if not one.silent]
    reason = _why_no_slot(served, taking, heard)
    busy = [one.job for one in served if one.job is not None]
    return Slot(
        reason=reason,
        slots=len(heard),
        busy=[holder(one, run_times) for one in busy[:MOST_SHOWN]],
        position=reading.place(around.places.get(job.id, reading.COUNTED + 1)),
    )


def _why_no_slot(
    served: Sequence[Served], taking: Sequence[Served], heard: Sequence[Served]
) -> Reason:
    if not served:
        return "no_worker"
    if not taking:
        return "draining"
    if not heard:
        return "silent"
    return "busy" if all(one.job is not None for one in heard) else "free"
