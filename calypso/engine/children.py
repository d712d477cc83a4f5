"""Jobs that a running job starts, and how it waits for them: without its slot and its locks.

A parent that sat in its slot while it waits would keep its own children out of it. So it ends its
run as `waiting`, and when its children have ended its run function is called again, from the top:
what it starts under the same name is found again, not started twice.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from calypso.engine.access import find_type
from calypso.engine.doubt import hold_if_pruning
from calypso.engine.patience import until_known
from calypso.engine.ports import Ports
from calypso.engine.request import read_params
from calypso.engine.submit import Request, submit
from calypso.errors import ChildRefused, Forbidden, IdempotencyConflict, JobParked
from calypso.models.access import SYSTEM, Actor
from calypso.models.job import Job, Source
from calypso.models.jobtype import JobType
from calypso.models.ledger import Claimed

# A key no request can carry: those of people are ASCII.
KEY = "child\N{RIGHTWARDS ARROW}{parent}\N{RIGHTWARDS ARROW}{name}"
MOST_CHILDREN = 1000  # one parent waits for at a time
Sleep = Callable[[float], None]


class Children:
    """The children of one running job."""

    def __init__(
        self, ports: Ports, types: Mapping[str, JobType], parent: Claimed, *, sleep: Sleep
    ) -> None:
        self._ports, self._types = ports, types
        self._parent, self._sleep = parent, sleep

    def start(
        self, type_name: str, params: Mapping[str, Any], *, name: str, node: str | None
    ) -> UUID:
        """Start a job, or find the one an earlier run of this job started under that name."""
        parent = self._parent
        if self._is_itself(type_name, params):
            raise ChildRefused(
                f"{parent.type} would start itself with the same parameters, and that one again, "
                "without end. Start another type, or with other parameters."
            )
        asked = Request(
            type=type_name,
            params=params,
            node=node or parent.node,
            idempotency_key=KEY.format(parent=parent.id, name=name),
            parent_id=parent.id,
            source=Source(kind="job", id=str(parent.id)),
        )
        return until_known(lambda: self._submit(asked, name), sleep=self._sleep)

    def _is_itself(self, type_name: str, params: Mapping[str, Any]) -> bool:
        if type_name != self._parent.type:
            return False
        checked = read_params(find_type(self._types, type_name), params)
        return checked.model_dump(mode="json") == dict(self._parent.params)

    def _submit(self, asked: Request, name: str) -> UUID:
        hold_if_pruning(self._ports, find_type(self._types, asked.type), None)
        try:
            return submit(self._ports, self._types, self._requester(), asked).job.id
        except IdempotencyConflict as other:
            raise IdempotencyConflict(
                f"Job {self._parent.id} has started another job as {name!r} before. What it starts "
                "under a name must be the same at each of its runs; use another name.",
                other.errors,
            ) from other

    def _requester(self) -> Actor:
        """Return who asked for the parent, with the rights they have now."""
        who = self._parent.requested_by
        if who == SYSTEM.name:
            return SYSTEM
        actor = self._ports.owners.actor_of(who)
        if actor is None:
            raise Forbidden(
                f"{who}, who asked for job {self._parent.id}, is not a user any more, so it may "
                "start no further jobs. Somebody else can rerun it."
            )
        return actor

    def ended(self, ids: Sequence[UUID]) -> list[Job]:
        """Return these children once all have ended; raises JobParked until then."""
        if len(ids) > MOST_CHILDREN:
            raise ChildRefused(f"A job waits for at most {MOST_CHILDREN} children at a time.")
        found = [self._mine(one) for one in ids]
        if any(not job.state.is_terminal for job in found):
            raise JobParked([str(one) for one in ids])
        return found

    def _mine(self, job_id: UUID) -> Job:
        job = until_known(lambda: self._ports.jobs.get(job_id), sleep=self._sleep)
        parent = self._parent.id
        if job is None or job.parent_id != parent or job.source.kind != "job":
            raise ChildRefused(
                f"Job {parent} may only wait for jobs that it started itself; {job_id} is none: "
                "two that wait for each other would never end."
            )
        return job
