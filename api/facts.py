"""What never changes about a job, kept for the jobs that were asked about last."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Container
from dataclasses import dataclass
from uuid import UUID

from calypso.models.job import Job

KEPT = 10_000


@dataclass(frozen=True)
class Fact:
    """What never changes about a job."""

    type: str
    title: str
    node: str
    subsystem: str
    control: bool


class Facts:
    """Facts by job; reads each job once while it is among the last asked about.

    Jobs of `offered` types are people's, on whatever queue.
    """

    def __init__(self, read: Callable[[UUID], Job | None], offered: Container[str] = ()) -> None:
        self._read, self._offered = read, offered
        self._lock = threading.Lock()
        self._kept: OrderedDict[UUID, Fact] = OrderedDict()

    def of(self, job_id: UUID) -> Fact | None:
        """Return a job's facts, None when there is no such job; StoreUnavailable."""
        with self._lock:
            if (known := self._kept.get(job_id)) is not None:
                self._kept.move_to_end(job_id)
                return known
        job = self._read(job_id)
        if job is None:
            return None
        is_control = ".control@" in job.queue and job.type not in self._offered
        fact = Fact(job.type, job.title, job.node, job.subsystem, is_control)
        with self._lock:
            self._kept[job_id] = fact
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return fact
