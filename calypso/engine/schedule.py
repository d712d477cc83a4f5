"""Verbs on schedules: made, changed, removed, run now. Who saves what it does becomes its owner."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from calypso.engine.access import find_type, require
from calypso.engine.nodes import choose_node
from calypso.engine.ports import Ports
from calypso.engine.request import Request, read_params
from calypso.engine.submit import Submission, submit
from calypso.errors import (
    FieldError,
    Invalid,
    PreconditionFailed,
    SubsystemUnavailable,
    UnknownJobType,
)
from calypso.models.access import Actor
from calypso.models.job import Source
from calypso.models.jobtype import JobType
from calypso.models.schedule import Schedule, ScheduleSpec, When
from calypso.models.slots import fires, next_fire

READ, RUN, WRITE = "schedules:read", "schedules:operate", "schedules:configure"
WHAT_IT_DOES = {"type", "params", "node", "retention"}


def add(ports: Ports, types: Mapping[str, JobType], actor: Actor, spec: ScheduleSpec) -> Schedule:
    """Add a schedule that the actor owns.

    Raises Forbidden, Invalid, Conflict when the name is taken.
    """
    require(actor, WRITE)
    spec = _checked(ports, types, actor, spec)
    return ports.schedules.add_schedule(spec, owner=actor.name, next_slot=_next(ports, spec))


def change(
    ports: Ports,
    types: Mapping[str, JobType],
    actor: Actor,
    schedule_id: UUID,
    spec: ScheduleSpec,
    *,
    versions: frozenset[int] | None,
) -> Schedule:
    """Replace what is said about a schedule; new times count from now on.

    `versions`: those the caller has seen, or None for any. Raises NotFound, PreconditionFailed,
    Forbidden, Invalid, Conflict.
    """
    require(actor, WRITE)
    found = seen(ports, schedule_id, versions)
    if spec.enabled or not _does_the_same(spec, found):  # switching one off must always be possible
        spec = _checked(ports, types, actor, spec)
    return ports.schedules.replace_schedule(
        schedule_id,
        spec,
        version=found.version,
        owner=found.owner if _does_the_same(spec, found) else actor.name,
        by=actor.name,
        next_slot=found.next_fire_at if _goes_on(found, spec) else _next(ports, spec),
    )


def remove(
    ports: Ports, actor: Actor, schedule_id: UUID, *, versions: frozenset[int] | None
) -> None:
    """Remove a schedule; its jobs stay, unfinished ones go on."""
    require(actor, WRITE)
    found = seen(ports, schedule_id, versions)
    ports.schedules.remove_schedule(
        schedule_id, version=None if versions is None else found.version
    )


def run_now(
    ports: Ports,
    types: Mapping[str, JobType],
    actor: Actor,
    schedule_id: UUID,
    *,
    idempotency_key: str | None = None,
) -> Submission:
    """Submit the job of a schedule at once, for the actor: it is no slot, and skips none."""
    require(actor, RUN)
    found = ports.schedules.schedule(schedule_id)
    asked = Request(
        type=found.type,
        params=found.params,
        node=found.node,
        source=Source(kind="schedule", id=str(schedule_id)),
        at=_this_minute(ports).astimezone(found.rule.zone),
        idempotency_key=idempotency_key,
    )
    return submit(ports, types, actor, asked)


def seen(ports: Ports, schedule_id: UUID, versions: frozenset[int] | None) -> Schedule:
    """Return a schedule as the caller has seen it; NotFound, PreconditionFailed."""
    found = ports.schedules.schedule(schedule_id)
    if versions is not None and found.version not in versions:
        raise PreconditionFailed(
            f"{found.updated_by} changed this schedule meanwhile. Read it again, then change it."
        )
    return found


def preview(when: When, *, after: datetime, count: int) -> list[datetime]:
    """Return the next slots of a rule, at most `count`."""
    return list(islice(fires(when.rule, after), count))


def _does_the_same(one: ScheduleSpec, other: ScheduleSpec) -> bool:
    return one.model_dump(include=WHAT_IT_DOES) == other.model_dump(include=WHAT_IT_DOES)


def _goes_on(before: Schedule, after: ScheduleSpec) -> bool:
    """Tell whether its times stay: then no slot that is due, or was missed, may be forgotten."""
    same = all(getattr(before, name) == getattr(after, name) for name in When.model_fields)
    return before.enabled and after.enabled and same


def _next(ports: Ports, spec: ScheduleSpec) -> datetime | None:
    return next_fire(spec.rule, ports.schedules.clock().now) if spec.enabled else None


def _checked(
    ports: Ports, types: Mapping[str, JobType], actor: Actor, spec: ScheduleSpec
) -> ScheduleSpec:
    """Refuse now what would be refused at every slot; returns it with its parameters complete."""
    job_type = _schedulable(types, spec.type)
    require(actor, job_type.permission)
    if spec.retention is not None:
        _check_retention(job_type, actor)
    params: dict[str, Any] = read_params(job_type, spec.params).model_dump(mode="json")
    with suppress(SubsystemUnavailable):  # it may be there when the slot comes
        choose_node(ports, job_type.subsystem, spec.node)
    return spec.model_copy(update={"params": params})


def _check_retention(job_type: JobType, actor: Actor) -> None:
    """Refuse a policy where there are no snapshots, and to who may not destroy any."""
    if not job_type.retains:
        message = f"{job_type.name} takes no snapshots that could be kept."
        raise Invalid(message, [FieldError("/retention", "not_retained", message)])
    require(actor, f"{job_type.subsystem}:destroy")


def _this_minute(ports: Ports) -> datetime:
    return ports.schedules.clock().now.replace(second=0, microsecond=0)


def _schedulable(types: Mapping[str, JobType], name: str) -> JobType:
    try:
        job_type = find_type(types, name)
    except UnknownJobType as unknown:
        raise Invalid(unknown.detail, [FieldError("/type", unknown.code, unknown.detail)]) from None
    if not job_type.schedulable:
        message = f"{name} cannot be scheduled; GET /job-types tells which types can."
        raise Invalid(message, [FieldError("/type", "not_schedulable", message)])
    return job_type
