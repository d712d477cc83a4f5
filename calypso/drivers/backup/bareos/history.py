"""What the catalog remembers, as `llist` and `.sql` of the director tell it.

The director lists the oldest runs first; what is older than the last thousand is not looked at.
"""

from datetime import datetime

from calypso.drivers.backup.bacula.listed_catalog import fits
from calypso.drivers.backup.bacula.text import command, word
from calypso.drivers.backup.bareos import records
from calypso.drivers.backup.bareos.records import Row
from calypso.drivers.backup.bareos.resources import Resources
from calypso.drivers.backup.refusals import BackupError, RunMissing
from calypso.drivers.backup.run_values import LogLine, Run, RunFilter, RunState
from calypso.drivers.backup.values import Level, RunKind, Volume

LISTED = 1000
GOOD = (RunState.SUCCEEDED, RunState.WARNINGS)


class History(Resources):
    """Looks at the catalog."""

    def runs(
        self, wanted: RunFilter | None = None, *, limit: int = 100, before_id: int | None = None
    ) -> list[Run]:
        """List runs, newest first; without their volumes."""
        wanted = wanted or RunFilter()
        found = [run for run in self._newest(wanted.job) if fits(run, wanted, before_id)]
        return found[:limit]

    def last_good(
        self, job: str, *, level: Level | None = None, kind: RunKind = RunKind.BACKUP
    ) -> Run | None:
        """Return the newest run of a job that succeeded."""
        found = self.runs(RunFilter(job=job, level=level, kind=kind, states=GOOD), limit=1)
        return found[0] if found else None

    def run(self, run_id: int) -> Run:
        """Return a run as the catalog has it; RunMissing."""
        row = self._row(run_id)
        media = records.rows(self._console.ask(f"list volumes jobid={int(run_id)}"), "volumes")
        comments = self._comments([run_id])
        return records.run(
            row,
            comment=comments.get(run_id, ""),
            volumes=tuple(sorted({records.text(one, "volumename") for one in media})),
        )

    def log(self, run_id: int, *, after: int = 0) -> list[LogLine]:
        """Return what was said about a run after line `after`."""
        try:
            told = self._console.ask(f"list joblog jobid={int(run_id)}")
        except RunMissing:
            return []
        return [line for line in records.log(told) if line.id > after]

    def volumes(self) -> list[Volume]:
        """List the volumes, by name."""
        listed = records.rows(self._console.ask("llist media all"), "volumes")
        return sorted((records.volume(one) for one in listed), key=lambda one: one.name)

    # -- inside

    def _row(self, run_id: int) -> Row:
        found = records.rows(self._console.ask(f"llist jobid={int(run_id)}"), "jobs")
        if not found:
            raise RunMissing(f"The catalog has no run {run_id}.")
        return found[0]

    def _newest(self, job: str | None) -> list[Run]:
        """Return the last runs, newest first."""
        which = "jobs" if job is None else word("job", job)
        counted = records.rows(self._console.ask(f"llist {which} count"), "jobs")
        count = records.number(counted[0], "count") if counted else 0
        if count == 0:
            return []
        window = f"limit={LISTED} offset={max(0, count - LISTED)}"
        listed = records.rows(self._console.ask(f"llist {which} {window}"), "jobs")
        comments = self._comments([records.number(one, "jobid") for one in listed])
        runs = [self._commented(one, comments) for one in listed]
        return sorted(runs, key=lambda one: one.id, reverse=True)

    def _commented(self, row: Row, comments: dict[int, str]) -> Run:
        return records.run(row, comment=comments.get(records.number(row, "jobid"), ""))

    def _comments(self, ids: list[int]) -> dict[int, str]:
        """Return the comments of runs that have one; `llist` leaves them out."""
        if not ids:
            return {}
        some = f"Comment <> '' AND JobId BETWEEN {min(ids)} AND {max(ids)}"
        told = self._select("JobId, Comment", some)
        return {records.number(one, "jobid"): records.text(one, "comment") for one in told}

    def _commented_with(self, comment: str) -> int | None:
        """Return the first run with a comment."""
        word("comment", comment)  # it holds no quote
        told = self._select("JobId", f"Comment = '{comment}' ORDER BY JobId LIMIT 1")
        return records.number(told[0], "jobid") if told else None

    def _select(self, columns: str, which: str) -> list[Row]:
        """Ask for rows of runs; `which` holds numbers, and texts without quotes."""
        query = f"SELECT {columns} FROM Job WHERE {which}"  # noqa: S608 - see above
        return records.rows(self._console.ask(f'.sql query="{query}"'), "query")

    def _runs_on(self, volume: str, *, older_than: datetime | None = None) -> tuple[int, ...]:
        """Return the runs with data on a volume; only those that ended before a time."""
        told = self._console.ask(command("llist jobs", word("volume", volume)))
        runs = [records.run(one) for one in records.rows(told, "jobs")]
        return tuple(
            sorted(one.id for one in runs if older_than is None or _ended(one, older_than))
        )

    def _catalog_trouble(self) -> str | None:
        try:
            self._comments([1])
        except BackupError as refused:
            return refused.detail
        return None


def _ended(run: Run, before: datetime) -> bool:
    return run.ended_at is not None and run.ended_at < before
