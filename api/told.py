"""Jobs as they were told last, to be told again while nothing about them has changed."""

from collections import OrderedDict
from collections.abc import Mapping
from uuid import UUID

from api.freshness import fresh
from calypso.engine.ports import Ports
from calypso.models.job import Job

MOST_KEPT = 2000
MOST_KEPT_CHARACTERS = 16_384  # of one job as JSON


class ToldJobs:
    """What GET /jobs/{id} tells. Its text and version are made anew only when it says another."""

    def __init__(self, ports: Ports, *, silent_s: float) -> None:
        self._ports, self._silent_s = ports, silent_s
        self._kept: OrderedDict[UUID, tuple[str, Job]] = OrderedDict()

    def tell(self, job_id: UUID) -> Job | None:
        """Return a job with its reasons and its newest progress, or None."""
        return self.tell_many({job_id: None}).get(job_id)

    def tell_many(self, stamps: Mapping[UUID, str | None]) -> dict[UUID, Job]:
        """Return those jobs that there are.

        A stamp is that of the job's row, read since the request came in; without one the row is
        read here.
        """
        found = [self._known(job_id, stamp) for job_id, stamp in stamps.items()]
        jobs = [job for job in found if job is not None]
        explained = self._ports.jobs.explain(jobs, silent_s=self._silent_s) if jobs else []
        told = {job.id: fresh(self._ports.live, job) for job in explained}
        for job_id, job in told.items():
            self._keep(stamps[job_id], job)
        return told

    def _known(self, job_id: UUID, stamp: str | None) -> Job | None:
        known, job = self._kept.get(job_id, (None, None))
        return job if stamp is not None and known == stamp else self._ports.jobs.get(job_id)

    def _keep(self, stamp: str | None, job: Job) -> None:
        """Keep a job read after its stamp was: should the row be newer, so will the next stamp."""
        if stamp is None or job.wait is not None:  # what waits tells of other rows too
            return
        if len(job.text) <= MOST_KEPT_CHARACTERS:
            self._kept[job.id] = (stamp, job)
            self._kept.move_to_end(job.id)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
