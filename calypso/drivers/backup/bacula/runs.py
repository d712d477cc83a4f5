"""Runs of the director: to start, watch and stop them."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from calypso.drivers.backup.bacula import (
    copies,
    differences,
    errors,
    letters,
    names,
    status,
    times,
)
from calypso.drivers.backup.bacula.asking import BUILDING_S
from calypso.drivers.backup.bacula.resources import Resources
from calypso.drivers.backup.bacula.session import Session
from calypso.drivers.backup.bacula.status import Block
from calypso.drivers.backup.bacula.text import command, word
from calypso.drivers.backup.director_refusals import DirectorUnreadable
from calypso.drivers.backup.refusals import BackupError, RunNotLive
from calypso.drivers.backup.run_values import (
    Copied,
    Estimate,
    LiveRun,
    LogLine,
    Run,
    RunFilter,
    RunState,
)
from calypso.drivers.backup.values import Level, RunKind

_QUEUED = re.compile(r"Job queued\. JobId=(\d+)")
_ESTIMATED = re.compile(r"estimate files=([\d,]+) bytes=([\d,]+)")
TOLD_S = 5.0  # a director tries 15 s to reach a client that is down; who follows a run looks again
_GOOD = (RunState.SUCCEEDED, RunState.WARNINGS)


class Runs(Resources):
    """Acts on runs, and looks at those that were."""

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
        with self._session() as talk:
            order = command(
                "run",
                names.known(talk, names.JOB, job),
                names.known(talk, names.CLIENT, client),
                names.known(talk, names.FILESET, fileset),
                names.known(talk, names.POOL, pool),
                names.known(talk, names.STORAGE, storage),
                level and f"level={letters.level_word(level)}",
                None if at is None else f'when="{times.text_of(at)}"',
                None if priority is None else f"priority={int(priority)}",
                names.known(talk, names.POOL, next_pool, key="nextpool"),
                None if of_run is None else f"jobid={int(of_run)}",
                word("comment", comment),
                "yes",
            )
            return self._started(talk, order)

    def _started(self, talk: Session, order: str) -> int:
        """Start what an order says; what the director starts in spite of a refusal is stopped.

        A question about a client, cancelled, ends in a run of the job's own client.
        """
        try:
            return queued(talk.ask(order).text)
        except BackupError as refused:
            if unwanted := _QUEUED.search(refused.original):
                with suppress(RunNotLive):
                    self.cancel(int(unwanted[1]))
            raise

    def find_started(self, comment: str) -> int | None:
        """Return the run that bears this comment.

        The director notes a run in the catalog before it tells its number, so the catalog knows
        every one. Those that run now are asked first: they need no catalog.
        """
        word("comment", comment)
        live = [
            status.number(one, "jobid") for one in self._live() if one.get("comment") == comment
        ]
        return min(live) if live else self._catalog.started_with(comment)

    def next_pool(self, job: str, *, pool: str | None = None, chosen: str | None = None) -> str:
        """Return where a copy, a migration or a virtual full by a job goes; NextPoolMissing."""
        with self._session() as talk:
            return copies.next_pool(talk, job, pool, chosen)

    def spawned(self, run_id: int) -> tuple[int, ...]:
        """Return the runs that a run of a copy or migration job has started so far."""
        return copies.spawned(self._said(run_id))

    def copied(self, run_id: int) -> Copied | None:
        """Return what a run of a copy or migration job has made of what; None: nothing."""
        return copies.copied(self._said(run_id))

    def run(self, run_id: int) -> Run:
        """Return a run as the catalog has it; RunMissing."""
        return self._catalog.run(run_id)

    def live(self, run_id: int) -> LiveRun | None:
        """Return what a run does now; None when the director does nothing for it."""
        director = self._told_by_director(run_id)
        if director is None:
            return None
        if letters.state(director.get("status", "")) is not RunState.RUNNING:
            return status.live(run_id, director, {}, {})
        storage = director.get("storage") or director.get("rstorage", "")
        return status.live(
            run_id,
            director,
            self._told_by("client", director.get("clientname", ""), run_id),
            self._told_by("storage", storage, run_id),
        )

    def log(self, run_id: int, *, after: int = 0) -> list[LogLine]:
        """Return what was said about a run after line `after`."""
        return self._catalog.log(run_id, after=after)

    def trouble(self, run_id: int) -> BackupError | None:
        """Return why a run does not go well, as the daemons told."""
        if self.run(run_id).state is RunState.DIFFERENCES:
            return differences.of_log(self._said(run_id))
        return errors.of_log(self._said(run_id))

    def cancel(self, run_id: int) -> None:
        """Ask director, client and storage to stop a run; RunNotLive when it has ended."""
        director = self._told_by_director(run_id)
        # One that went well stays in the director's list for a moment; it could be cancelled there.
        if director is None or letters.state(director.get("status", "")) in _GOOD:
            ended = self.run(run_id)
            raise RunNotLive(f"Run {run_id} of {ended.name} is not live; it is {ended.state}.")
        try:
            self._ask(f"cancel jobid={int(run_id)} yes")
        except BackupError:
            # It marks the run first, and then may not reach the client, or not find it in a queue.
            if not self._is_marked(run_id):
                raise

    def _is_marked(self, run_id: int) -> bool:
        director = self._told_by_director(run_id)
        return director is None or letters.state(director.get("status", "")).is_over

    def estimate(
        self,
        job: str,
        *,
        level: Level | None = None,
        client: str | None = None,
        fileset: str | None = None,
    ) -> Estimate:
        """Let the client count what a run would take along."""
        with self._session() as talk:
            order = command(
                "estimate",
                names.known(talk, names.JOB, job),
                names.known(talk, names.CLIENT, client),
                names.known(talk, names.FILESET, fileset),
                level and f"level={letters.level_word(level)}",
            )
            return estimated(talk.ask(order, timeout_s=BUILDING_S).text)

    # -- history

    def runs(
        self, wanted: RunFilter | None = None, *, limit: int = 100, before_id: int | None = None
    ) -> list[Run]:
        """List runs, newest first."""
        return self._catalog.runs(wanted or RunFilter(), limit=limit, before_id=before_id)

    def last_good(
        self, job: str, *, level: Level | None = None, kind: RunKind = RunKind.BACKUP
    ) -> Run | None:
        """Return the newest run of a job that succeeded."""
        found = self.runs(RunFilter(job=job, level=level, kind=kind, states=_GOOD), limit=1)
        return found[0] if found else None

    def _said(self, run_id: int) -> Iterator[str]:
        """Give all that was said about a run, however much."""
        heard = 0
        while lines := self.log(run_id, after=heard):
            yield from (line.text for line in lines)
            heard = lines[-1].id

    # -- what is live

    def _live(self) -> list[Block]:
        with self._session() as talk:
            return status.blocks(talk.status(".status dir running").text)

    def _told_by_director(self, run_id: int) -> Block | None:
        return next((one for one in self._live() if one.get("jobid") == str(run_id)), None)

    def _told_by(self, key: str, name: str, run_id: int) -> Block:
        """Return what a client or storage tells of a run; nothing when it cannot be reached."""
        try:
            with self._session() as talk:
                told = talk.status(f".status {word(key, name)} running", timeout_s=TOLD_S)
        except BackupError:
            return {}
        return status.of_run(told.text, run_id) or {}


def queued(text: str) -> int:
    """Return the number of the run that was started."""
    if told := _QUEUED.search(text):
        return int(told[1])
    raise errors.of_text(text) or DirectorUnreadable(
        "The director does not tell the number of the run that it was to start.", original=text
    )


def estimated(text: str) -> Estimate:
    """Return what a client counted."""
    if told := _ESTIMATED.search(text):
        files, size_bytes = (int(one.replace(",", "")) for one in told.groups())
        return Estimate(files=files, bytes=size_bytes)
    raise errors.of_text(text) or errors.nameless("estimate", text)
