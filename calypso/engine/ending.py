"""How a run's end is told: errors as they are stored, and the two ends that are our own fault."""

import random
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from calypso.engine.running import Running
from calypso.errors import CalypsoError, JobParked, SubsystemError
from calypso.models.jobtype import Retry
from calypso.models.ledger import Ending, Outcome

JITTER = 0.2  # of a pause, so that many failures do not come back as one


def told(error: CalypsoError) -> dict[str, Any]:
    """Return an error as it is stored with a job."""
    return {"code": error.code, "title": error.title, "detail": error.detail}


def no_such_type(name: str) -> Ending:
    """Return the end of a job of a type this worker does not know."""
    detail = f"This worker does not know {name}. It may be older than the API: upgrade it."
    return _failed("unknown_job_type", "Unknown job type", detail)


DEFECT = "defect"


def defect(job_id: str) -> Ending:
    """Return the end of a job that ran into a mistake of ours."""
    detail = f"The job ran into a defect. The worker's log tells more: search it for {job_id}."
    return _failed(DEFECT, "A defect in Calypso", detail)


def stopped_short(running: Running, stopped: CalypsoError) -> Ending:
    """Return the end of a run that was cancelled, or that waits for its children."""
    if isinstance(stopped, JobParked):
        return ending_of(running, "parked", children=[UUID(one) for one in stopped.children])
    return ending_of(running, "cancelled", error=told(stopped))


def ending_of_refusal(running: Running, retry: Retry, refused: SubsystemError) -> Ending:
    """Return the end of a run whose product refused: it is tried again where that may help."""
    running.log(f"failed: {refused.detail}")
    error = {**told(refused), "original": refused.original or None}
    if not refused.transient or running.attempt >= retry.attempts:
        return ending_of(running, "failed", error=error)
    pause_s = retry.pause_s(running.attempt) * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret
    return ending_of(running, "retry", error=error, retry_in_s=pause_s)


def ending_of(
    running: Running,
    outcome: Outcome,
    *,
    result: Mapping[str, Any] | None = None,
    error: Mapping[str, Any] | None = None,
    retry_in_s: float = 30.0,
    children: Sequence[UUID] = (),
) -> Ending:
    """Return how a run ended, with what it said until then."""
    return Ending(
        outcome=outcome,
        result=result,
        error=error,
        warnings=tuple(running.warnings),
        progress=running.progress.model_dump(mode="json"),
        retry_in_s=retry_in_s,
        children=tuple(children),
    )


def _failed(code: str, title: str, detail: str) -> Ending:
    return Ending("failed", error={"code": code, "title": title, "detail": detail})
