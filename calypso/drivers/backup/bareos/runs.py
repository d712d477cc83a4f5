"""Runs of the director: to start, watch and stop them."""

import re
from contextlib import suppress
from datetime import datetime

from calypso.drivers.backup.bacula import copies, times
from calypso.drivers.backup.bacula import errors as bacula_errors
from calypso.drivers.backup.bacula.text import command, word
from calypso.drivers.backup.bareos import errors, names, records, status
from calypso.drivers.backup.bareos.answers import Result
from calypso.drivers.backup.bareos.console import BUILDING_S
from calypso.drivers.backup.bareos.history import GOOD, History
from calypso.drivers.backup.director_refusals import DirectorUnreadable
from calypso.drivers.backup.refusals import BackupError, RunNotLive
from calypso.drivers.backup.run_values import Copied, Estimate, LiveRun, RunState
from calypso.drivers.backup.values import Level

_ESTIMATED = re.compile(r"2000 OK estimate files=([\d,]+) bytes=([\d,]+)")
TOLD_S = 5.0  # a director tries 15 s to reach a client that is down; who follows a run looks again


class Runs(History):
    """Acts on runs, and looks at what they do."""

    def start(
        self,
        job: str,
        *,
        comment: str,
        level: Level | None = None,
        client: str | None = None,
        fileset: str | None = None,
        pool: str | None = None,
        storage: str | None = None,
        at: datetime | None = None,
        priority: int | None = None,
        next_pool: str | None = None,
        of_run: int | None = None,
    ) -> int:
        """Start a run and return its number."""
        bears = word("comment", comment)
        named = names.known(
            self._console,
            (names.JOB, job),
            (names.CLIENT, client),
            (names.FILESET, fileset),
            (names.POOL, pool),
            (names.STORAGE, storage),
        )
        order = command(
            "run",
            *named,
            level and f"level={records.level_word(level)}",
            None if at is None else f'when="{times.text_of(at)}"',
            None if priority is None else f"priority={int(priority)}",
            self._known_next(next_pool),
            None if of_run is None else f"jobid={int(of_run)}",
            bears,
            "yes",
        )
        return self._started(order)

    def _known_next(self, pool: str | None) -> str | None:
        """Return the word for a pool to copy to; BackupPoolMissing."""
        if pool is None:
            return None
        names.known(self._console, (names.POOL, pool))
        return word("nextpool", pool)

    def next_pool(self, job: str, *, pool: str | None = None, chosen: str | None = None) -> str:
        """Return the pool that was chosen; else nothing: here the director itself must refuse."""
        del job, pool
        return chosen or ""

    def spawned(self, run_id: int) -> tuple[int, ...]:
        """Return the runs that a run of a copy or migration job has started so far."""
        return copies.spawned(line.text for line in self.log(run_id))

    def copied(self, run_id: int) -> Copied | None:
        """Return what a run of a copy or migration job has made of what; None: nothing."""
        return copies.copied(line.text for line in self.log(run_id))

    def _started(self, order: str) -> int:
        """Start what an order says; what is started in spite of a refusal is stopped."""
        try:
            return started(self._console.ask(order, timeout_s=BUILDING_S))
        except BackupError as refused:
            if unwanted := errors.started(refused):
                with suppress(RunNotLive):
                    self.cancel(unwanted)
            raise

    def find_started(self, comment: str) -> int | None:
        """Return the run that bears this comment.

        The director notes a run, with its comment, before it tells the number.
        Source: core/src/cats/sql_create.cc CreateJobRecord().
        """
        return self._commented_with(comment)

    def live(self, run_id: int) -> LiveRun | None:
        """Return what a run does now; None when the director does nothing for it."""
        said = self._live().get(run_id)
        if said is None:
            return None
        if status.state(said) is not RunState.RUNNING:
            return status.live(run_id, said, {}, {})
        run = records.run(self._row(run_id))
        return status.live(
            run_id,
            said,
            status.of_client(self._told_by("client", run.client), run_id),
            status.of_storage(self._told_by("storage", self._storage_of_job(run.name)), run_id),
        )

    def trouble(self, run_id: int) -> BackupError | None:
        """Return why a run does not go well, as the daemons told."""
        return bacula_errors.of_log(line.text for line in self.log(run_id))

    def cancel(self, run_id: int) -> None:
        """Ask director, client and storage to stop a run; RunNotLive when it has ended."""
        said = self._live().get(run_id)
        # One that has ended may stay in the director's list for a moment.
        if said is None or status.state(said) in GOOD:
            ended = self.run(run_id)
            raise RunNotLive(f"Run {run_id} of {ended.name} is not live; it is {ended.state}.")
        self._console.ask(f"cancel jobid={int(run_id)} yes")

    def estimate(
        self,
        job: str,
        *,
        level: Level | None = None,
        client: str | None = None,
        fileset: str | None = None,
    ) -> Estimate:
        """Let the client count what a run would take along."""
        named = names.known(
            self._console, (names.JOB, job), (names.CLIENT, client), (names.FILESET, fileset)
        )
        order = command("estimate", *named, level and f"level={records.level_word(level)}")
        return estimated(self._console.read(order, timeout_s=BUILDING_S))

    # -- what is live

    def _live(self) -> dict[int, str]:
        return status.live_runs(self._console.read("status director"))

    def _storage_of_job(self, name: str) -> str:
        """Return the storage that a job is configured for; the catalog has none of a run."""
        return records.text(names.defaults(self._console, names.JOB, [name])[0], "storage")

    def _told_by(self, key: str, name: str) -> str:
        """Return what a client or storage tells; nothing when it cannot be reached."""
        try:
            return self._console.read(f"status {word(key, name)}", timeout_s=TOLD_S)
        except BackupError:
            return ""


def started(result: Result) -> int:
    """Return the number of the run that was started."""
    run = result.get("run") or {}
    if number := records.number(run, "jobid"):
        return number
    raise DirectorUnreadable(
        "The director does not tell the number of the run that it was to start.",
        original=str(result),
    )


def estimated(text: str) -> Estimate:
    """Return what a client counted."""
    if told := _ESTIMATED.search(text):
        files, size_bytes = (int(one.replace(",", "")) for one in told.groups())
        return Estimate(files=files, bytes=size_bytes)
    raise bacula_errors.of_text(text) or errors.nameless("estimate", text)
