"""Whether a release serves as it should, just after it took the place of another.

Every worker is asked to do something: its control process, and its pool; the API is asked whether
it is ready. Then all of it is watched for a while: what leaves again, or fails more than it should,
counts too.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from calypso.engine.doctor import VERB
from calypso.engine.ending import DEFECT
from calypso.engine.plans import control_job
from calypso.engine.ports import Ports
from calypso.errors import StoreUnavailable
from calypso.models.clock import now, uuid7
from calypso.models.job import State
from calypso.models.jobtype import queue_name
from calypso.models.ledger import NewJob
from calypso.models.listing import JobQuery

URGENT = 100
LOOK_S = 0.25
WATCH_LOOK_S = 1.0
FEW = 3  # failures, or looks one after the other, say nothing below this

Wait = Callable[[float], None]
Complaint = Callable[[], str | None]


@dataclass(frozen=True)
class Gate:
    """What is to be so: each subsystem's workers of `version` on `node` answer, and the API."""

    ports: Ports
    version: str
    node: str
    subsystems: Sequence[str]
    api: Complaint = lambda: None  # why the API is not ready
    wait: Wait = time.sleep

    def complaints(self, *, within_s: float, watch_s: float = 0.0) -> list[str]:
        """Return what is not so after `within_s`, or does not stay so for `watch_s` after that.

        Empty as soon as all is well and was watched.
        """
        began = now()
        return self._until_well(within_s) or self._watched(began, watch_s)

    def _until_well(self, within_s: float) -> list[str]:
        deadline = time.monotonic() + within_s
        asked: dict[UUID, NewJob] = {}
        left = [f"nothing was looked at within {within_s:g} s"]
        while left and time.monotonic() < deadline:
            left = self._told(lambda: self._unwell(asked))
            if left:
                self.wait(LOOK_S)
        return left

    def _watched(self, began: datetime, watch_s: float) -> list[str]:
        """Return what was not so at several looks in a row, or failed meanwhile."""
        if not watch_s:
            return []
        deadline, ill, found = time.monotonic() + watch_s, 0, list[str]()
        while ill < FEW and time.monotonic() < deadline:
            self.wait(WATCH_LOOK_S)
            found = self._told(self._absent)
            ill = ill + 1 if found else 0
        return found if ill >= FEW else self._told(lambda: self._failures(began))

    def _told(self, look: Callable[[], Iterator[str]]) -> list[str]:
        try:
            return list(look())
        except StoreUnavailable as away:
            return [f"the database is away: {away.detail}"]

    def _unwell(self, asked: dict[UUID, NewJob]) -> Iterator[str]:
        """Yield what does not serve yet; asks first, once."""
        if not asked:
            asked.update(self._ask())
        yield from self._absent()
        yield from self._unanswered(asked)

    def _ask(self) -> dict[UUID, NewJob]:
        made = [one for name in self.subsystems for one in self._questions(name)]
        for new in made:
            self.ports.jobs.submit(new)
            self.ports.hints.ring(new.queue, new.id)
        return {new.id: new for new in made}

    def _questions(self, subsystem: str) -> Iterator[NewJob]:
        """Yield a look at itself, for the control process and for the pool."""
        for control in (True, False):
            own = uuid7()
            made = control_job(subsystem, VERB, self.node, {"job_id": str(own)})
            queue = queue_name(subsystem, self.node, control=control)
            yield NewJob(**{**vars(made), "id": own, "queue": queue, "priority": URGENT})

    def _absent(self) -> Iterator[str]:
        if (ill := self.api()) is not None:
            yield ill
        yield from self._missing()

    def _missing(self) -> Iterator[str]:
        there = {
            queue
            for one in self.ports.jobs.workers(self.node)
            if one.version == self.version and not one.draining
            for queue in one.queues
        }
        for subsystem in self.subsystems:
            for control in (True, False):
                if (queue := queue_name(subsystem, self.node, control=control)) not in there:
                    yield f"no worker of {self.version} serves {queue}"

    def _unanswered(self, asked: dict[UUID, NewJob]) -> Iterator[str]:
        for job_id, new in asked.items():
            job = self.ports.jobs.get(job_id)
            if job is None or not job.state.is_terminal:
                yield f"{new.queue} does not answer"
            elif job.state is not State.SUCCEEDED:
                yield f"{new.queue} answers: {job.error.detail if job.error else job.state}"

    def _failures(self, since: datetime) -> Iterator[str]:
        """Yield a complaint when jobs of this node run into defects."""
        ended = JobQuery(
            states=[State.FAILED], node=self.node, since=since, sort="-finished_at", limit=100
        )
        failed = [one for one in self.ports.jobs.page(ended).items if one.error]
        strange = [one for one in failed if one.error and one.error.code == DEFECT]
        if len(strange) >= FEW:
            yield f"{len(strange)} jobs ran into a defect, as {strange[0].id} did"
