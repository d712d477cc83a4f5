"""Restores: of whole runs, or of files and folders chosen in them."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from calypso.drivers.backup.bacula import names
from calypso.drivers.backup.bacula.asking import BUILDING_S
from calypso.drivers.backup.bacula.files import Files
from calypso.drivers.backup.bacula.runs import queued
from calypso.drivers.backup.bacula.session import Session
from calypso.drivers.backup.bacula.text import command, numbers, path_word, word
from calypso.drivers.backup.choosing import Chosen, Finder
from calypso.drivers.backup.refusals import BackupError, BackupJobMissing
from calypso.drivers.backup.run_values import RestoreSpec
from calypso.drivers.backup.values import RunKind


class Restores(Files):
    """Brings files back."""

    def restore(self, spec: RestoreSpec, *, comment: str) -> int:
        """Start a restore and return the number of its run."""
        job = spec.job or self._restore_job()
        self._check_names(spec, job)
        runs = spec.runs or self.runs_for(spec.client, spec.fileset or "", before=spec.before)
        for run_id in runs:
            self.run(run_id)  # RunMissing; the director would restore from the others
        if spec.paths is None:
            return self._start(spec, job, comment, f"{numbers('jobid', runs)} all")
        with self._table(runs, spec.paths) as table:
            return self._start(spec, job, comment, f"file=?{table}")

    def _start(self, spec: RestoreSpec, job: str, comment: str, source: str) -> int:
        where = "/" if spec.where is None else spec.where
        order = command(
            "restore",
            source,
            word("client", spec.client),
            word("restoreclient", spec.to_client or spec.client),
            word("restorejob", job),
            path_word("where", where),
            f"replace={spec.replace.value}",
            word("comment", comment),
            "done yes",
        )
        with self._session() as talk:
            return queued(talk.ask(order, timeout_s=BUILDING_S).text)

    def _restore_job(self) -> str:
        for job in self.jobs():
            if job.kind is RunKind.RESTORE:
                return job.name
        raise BackupJobMissing("The director has no restore job; it needs one to restore anything.")

    def _check_names(self, spec: RestoreSpec, job: str) -> None:
        with self._session() as talk:
            for noun, name in (
                (names.JOB, job),
                (names.CLIENT, spec.client),
                (names.CLIENT, spec.to_client),
                (names.FILESET, spec.fileset),
            ):
                names.known(talk, noun, name)
        if self.job(job).kind is not RunKind.RESTORE:
            raise BackupJobMissing(f"{job} is no restore job.")

    # -- chosen paths

    @contextmanager
    def _table(self, runs: tuple[int, ...], paths: Iterable[str]) -> Iterator[str]:
        """Let the director note what was chosen; it forgets that again afterwards."""
        self.update_cache(runs)
        chosen = Finder(runs, self._files_in, self._folder).chosen(paths)
        table = f"b2{secrets.randbelow(10**9)}"
        with self._session() as talk:
            self._note(talk, table, runs, chosen)
        try:
            yield table
        finally:
            with suppress(BackupError):  # a table that stays behind harms nobody
                self._ask(f".bvfs_cleanup path={table}")

    def _note(self, talk: Session, table: str, runs: tuple[int, ...], chosen: Chosen) -> None:
        order = command(
            f".bvfs_restore path={table}",
            numbers("jobid", runs),
            *chosen.words(),
        )
        talk.ask(order, timeout_s=BUILDING_S)
