"""What was asked for, and how it becomes a row. Pure, but for the new id."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from calypso.errors import FieldError, Invalid
from calypso.models import tracing
from calypso.models.access import Actor
from calypso.models.clock import uuid7
from calypso.models.complaints import complaint
from calypso.models.job import Source
from calypso.models.jobtype import JobParams, JobType
from calypso.models.ledger import NewJob

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Request:
    """What somebody asks for, as it came; nothing in it is checked yet."""

    type: str
    params: Mapping[str, Any]
    node: str | None = None
    priority: int = 0
    not_before: datetime | None = None
    after: Sequence[UUID] = ()
    run_even_if_failed: bool = False
    plan_hash: str | None = None
    idempotency_key: str | None = None
    parent_id: UUID | None = None
    source: Source | None = None
    at: datetime | None = None  # of a schedule: the slot, or now, by the clock of its zone

    def digest(self) -> str:
        """Return a hash over all that was asked, for the idempotency key."""
        asked = [
            self.type, self.params, self.node, self.priority, self.not_before,
            [str(one) for one in self.after], self.run_even_if_failed, self.plan_hash,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()


def new_job(
    job_type: JobType, params: JobParams, *, node: str, actor: Actor, request: Request
) -> NewJob:
    """Return the row-to-be: everything the type declares, applied to these parameters."""
    return NewJob(
        id=uuid7(),
        type=job_type.name,
        subsystem=job_type.subsystem,
        node=node,
        queue=job_type.queue(node),
        title=params.title() or job_type.title,
        params=params.model_dump(mode="json"),
        locks=tuple(params.locks()),
        requested_by=actor.name,
        source=request.source or Source(kind="user", id=actor.user_id or actor.name),
        priority=request.priority,
        not_before=request.not_before,
        after=tuple(request.after),
        run_even_if_failed=request.run_even_if_failed,
        request_key=request.idempotency_key,
        request_hash=request.digest() if request.idempotency_key else None,
        dedupe_key=params.dedupe_key(),
        max_attempts=job_type.max_attempts,
        on_lost=job_type.on_lost.value,
        parent_id=request.parent_id,
        plan_hash=request.plan_hash,
        cancel=job_type.cancel.value,
        control=job_type.control,
        trace=None if (trace := tracing.here()) is None else trace.row(),
    )


def params_of(job_type: JobType, request: Request) -> JobParams:
    """Return checked parameters, those of a schedule as of its slot; Invalid."""
    params = read_params(job_type, request.params)
    source = request.source
    if request.at is None or source is None or source.id is None:
        return params
    return params.for_slot(UUID(source.id), request.at)


def read_params(job_type: JobType, raw: Mapping[str, Any]) -> JobParams:
    """Return checked parameters, or raise Invalid with a pointer to each wrong field."""
    message = f"{job_type.name} does not take these parameters."
    return read_model(job_type.params, raw, at="/params", what=message)


def read_model(model: type[M], raw: Mapping[str, Any], *, at: str, what: str) -> M:
    """Return a checked model, or raise Invalid; pointers begin with `at`."""
    try:
        return model.model_validate(raw)
    except ValidationError as wrong:
        found = wrong.errors(include_url=False, include_context=False)
        raise Invalid(what, [_field_error(at, error) for error in found]) from wrong


def _field_error(at: str, error: ErrorDetails) -> FieldError:
    pointer = "/".join([at, *(str(part) for part in error["loc"])])
    return FieldError(pointer, error["type"], complaint(error))
