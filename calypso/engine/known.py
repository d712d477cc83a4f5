"""What Calypso has on record, in full: lists of any length, for who must heed all of it."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from calypso.engine.ports import Ports
from calypso.models.backup_books import BackupReading
from calypso.models.books import MediaReading
from calypso.models.job import UNFINISHED, Job, State
from calypso.models.listing import JobQuery
from calypso.models.schedule import Schedule

PAGE = 500


class Record:
    """Satisfies `models.running.Known`: of one node, or of all."""

    def __init__(self, ports: Ports, node: str | None) -> None:
        self._ports, self.node = ports, node

    @property
    def media(self) -> MediaReading:
        """The books of tape."""
        return self._ports.media.reading(self.node)

    @property
    def backup(self) -> BackupReading:
        """The backup configuration."""
        return self._ports.backup.reading(self.node)

    def schedules(self, type_name: str) -> list[Schedule]:
        """Return every schedule of a job type, by name."""
        found: list[Schedule] = []
        cursor = None
        while True:
            page = self._ports.schedules.schedules(type_name=type_name, limit=PAGE, cursor=cursor)
            found += page.items
            cursor = page.next_cursor
            if cursor is None:
                return found

    def unfinished(self, type_name: str) -> list[Job]:
        """Return the jobs of a type that have not ended."""
        asked = JobQuery(types=[type_name], states=sorted(UNFINISHED), node=self.node, limit=PAGE)
        found: list[Job] = []
        while True:
            page = self._ports.jobs.page(asked)
            found += page.items
            if page.next_cursor is None:
                return found
            asked = replace(asked, cursor=page.next_cursor)

    def succeeded(self, type_name: str) -> Sequence[Job]:
        """Return the latest jobs of a type that succeeded, the last first: at most a page."""
        asked = JobQuery(
            types=[type_name], states=[State.SUCCEEDED], node=self.node, sort="-finished_at",
            limit=PAGE,
        )  # fmt: skip
        return self._ports.jobs.page(asked).items

    def job(self, job_id: str) -> Job | None:
        """Return a job; None when there is none, or none any more."""
        return self._ports.jobs.get(UUID(job_id))
