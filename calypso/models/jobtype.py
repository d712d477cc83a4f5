"""The one declaration of a job type. All else is derived from it by generic code."""

import hashlib
import inspect
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from calypso.models.lock import Lock
from calypso.models.running import Known, RunningJob


class Cancel(StrEnum):
    """When and how a job of a type can be stopped."""

    BEFORE_START = "before_start"  # once it runs, it runs to its end
    ANYTIME = "anytime"  # its processes are ended, then it tidies up
    SUBSYSTEM = "subsystem"  # the subsystem is told to stop
    CHECKPOINT = "checkpoint"  # between two items


class OnLost(StrEnum):
    """What becomes of a job whose worker died after it had begun."""

    REQUEUE = "requeue"
    MANUAL = "manual"


@dataclass(frozen=True)
class Retry:
    """How often a transient failure is tried again; the pause doubles from `first_s`."""

    attempts: int = 1
    first_s: float = 30.0
    cap_s: float = 3600.0

    def pause_s(self, attempt: int) -> float:
        """Seconds to wait after the given attempt (from 1), before jitter."""
        return float(min(self.cap_s, self.first_s * 2 ** max(0, attempt - 1)))


class JobParams(BaseModel):
    """What a job is asked to do. Secrets appear by name only."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def locks(self) -> Sequence[Lock]:
        """Return what must not change, or vanish, while the job runs."""
        return ()

    def title(self) -> str:
        """Return one line for lists: what this job does to what."""
        return ""

    def dedupe_key(self) -> str | None:
        """Return a key of which only one unfinished job may exist, or None."""
        return None

    def for_slot(self, _schedule: UUID, _slot: datetime) -> Self:
        """Return the parameters of the job that a schedule makes for a slot, in its time zone."""
        return self


class JobResult(BaseModel):
    """What a job brought about."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NoResult(JobResult):
    """The job has nothing to tell beyond its success."""


class Plan(BaseModel):
    """What a job would do, found without doing it."""

    model_config = ConfigDict(frozen=True)

    commands: list[list[str]] = Field(default_factory=list)
    effects: list[str] = Field(default_factory=list)
    destroys: list[str] = Field(default_factory=list)

    def hash_for(self, type_name: str, params: dict[str, Any]) -> str:
        """Return the hash that names this plan of this request, 32 hex digits."""
        text = json.dumps([type_name, params, self.model_dump()], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


RunFunction = Callable[[Any, Any, RunningJob], JobResult | None]
PlanFunction = Callable[[Any, Any, Known], Plan]
ShortPlanFunction = Callable[[Any, Any], Plan]
R = TypeVar("R", bound=Callable[..., JobResult | None])


@dataclass(frozen=True)
class JobType:
    """One kind of job: everything the rest of the house needs to know about it."""

    name: str
    title: str
    description: str
    params: type[JobParams]
    result: type[JobResult]
    driver: type[Any] | None
    run: RunFunction
    plan: PlanFunction | None
    permission: str
    timeout_s: float
    cancel: Cancel
    grace_s: float
    on_lost: OnLost
    retry: Retry
    schedulable: bool
    destructive: bool
    stall_s: float | None
    prunes: bool = False  # destroys by age: a schedule holds it while the clock is in doubt
    retains: bool = False  # takes snapshots: a schedule of it may have a retention policy
    control: bool = False  # seconds-long work on the control queue; not offered to people
    urgent: bool = False  # on the control queue as well: it frees those who hold all the slots

    @property
    def subsystem(self) -> str:
        """The part before the dot."""
        return self.name.partition(".")[0]

    @property
    def max_attempts(self) -> int:
        """How often it may be started in all. One that may requeue has at least 3."""
        least = 3 if self.on_lost is OnLost.REQUEUE else 1
        return max(least, self.retry.attempts)

    def queue(self, node: str) -> str:
        """The queue its jobs wait in on `node`."""
        return queue_name(self.subsystem, node, control=self.control or self.urgent)


def queue_name(subsystem: str, node: str, *, control: bool = False) -> str:
    """Return `storage@node`, or `storage.control@node` for work of seconds."""
    return f"{subsystem}{'.control' if control else ''}@{node}"


def job(
    name: str,
    *,
    driver: type[Any] | None = None,
    permission: str,
    timeout_s: float,
    cancel: Cancel,
    grace_s: float = 10.0,
    on_lost: OnLost = OnLost.MANUAL,
    retry: Retry | None = None,
    schedulable: bool = False,
    destructive: bool = False,
    plan: PlanFunction | ShortPlanFunction | None = None,
    stall_s: float | None = None,
    prunes: bool = False,
    retains: bool = False,
    urgent: bool = False,
) -> Callable[[R], JobType]:
    """Declare a job type; the run function becomes the value that `jobs.load()` finds.

    The run function takes (params, driver, running); its first docstring line is the title. `plan`
    takes (params, driver), and `known` besides where it must heed what Calypso has on record.
    """

    def declare(run: R) -> JobType:
        params, result = _models_of(run)
        title, _, rest = (inspect.getdoc(run) or "").partition("\n")
        return JobType(
            name=name,
            title=title.rstrip("."),
            description=rest.strip(),
            params=params,
            result=result,
            driver=driver,
            run=run,
            plan=_whole(plan),
            permission=permission,
            timeout_s=timeout_s,
            cancel=cancel,
            grace_s=grace_s,
            on_lost=on_lost,
            retry=retry or Retry(),
            schedulable=schedulable,
            destructive=destructive,
            stall_s=stall_s,
            prunes=prunes,
            retains=retains,
            urgent=urgent,
        )

    return declare


def _whole(plan: Callable[..., Plan] | None) -> PlanFunction | None:
    if plan is None or len(inspect.signature(plan).parameters) > 2:  # noqa: PLR2004 - params, driver
        return plan
    return lambda params, driver, _known: plan(params, driver)


def _models_of(run: Callable[..., Any]) -> tuple[type[JobParams], type[JobResult]]:
    hints = inspect.get_annotations(run, eval_str=True)
    names = list(inspect.signature(run).parameters)
    params, result = hints.get(names[0]), hints.get("return")
    if not (isinstance(params, type) and issubclass(params, JobParams)):
        raise TypeError(f"{run.__module__}: the first parameter of a job must be JobParams")
    if not (isinstance(result, type) and issubclass(result, JobResult)):
        result = NoResult
    return params, result
