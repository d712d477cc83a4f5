"""Restores: of whole runs, or of files and folders chosen in them.

Always by the way that Bareos' own web interface takes: the director notes what is chosen in a table
of its catalog, and restores that. Source: docs/manuals/source/DeveloperGuide/api.rst, "Restore set
of files"; systemtests/tests/python-bareos/test_bvfs.py.
"""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from calypso.drivers.backup.bacula.text import command, numbers, word
from calypso.drivers.backup.bareos import names
from calypso.drivers.backup.bareos.console import BUILDING_S
from calypso.drivers.backup.bareos.files import Files
from calypso.drivers.backup.choosing import Chosen, Finder
from calypso.drivers.backup.refusals import BackupError, BackupJobMissing, NothingToRestore
from calypso.drivers.backup.run_values import RestoreSpec
from calypso.drivers.backup.values import RunKind


class Restores(Files):
    """Brings files back."""

    def restore(self, spec: RestoreSpec, *, comment: str) -> int:
        """Start a restore and return the number of its run."""
        bears = word("comment", comment)
        job = spec.job or self._restore_job()
        self._check_names(spec, job)
        runs = spec.runs or self.runs_for(spec.client, spec.fileset or "", before=spec.before)
        for run_id in runs:
            self.run(run_id)  # RunMissing; the director would restore from the others
        self.update_cache(runs)
        with self._table(runs, self._chosen(runs, spec.paths)) as table:
            return self._started(_order(spec, job, table, bears))

    def _restore_job(self) -> str:
        for job in self.jobs():
            if job.kind is RunKind.RESTORE:
                return job.name
        raise BackupJobMissing("The director has no restore job; it needs one to restore anything.")

    def _check_names(self, spec: RestoreSpec, job: str) -> None:
        names.known(
            self._console,
            (names.JOB, job),
            (names.CLIENT, spec.client),
            (names.CLIENT, spec.to_client),
            (names.FILESET, spec.fileset),
        )
        if self.job(job).kind is not RunKind.RESTORE:
            raise BackupJobMissing(f"{job} is no restore job.")

    # -- what is chosen

    @contextmanager
    def _table(self, runs: tuple[int, ...], chosen: Chosen) -> Iterator[str]:
        """Let the director note what was chosen; it forgets that again afterwards."""
        table = f"b2{secrets.randbelow(10**9)}"
        order = command(
            f".bvfs_restore path={table}",
            numbers("jobid", runs),
            *chosen.words(),
        )
        self._console.ask(order, timeout_s=BUILDING_S)
        try:
            yield table
        finally:
            with suppress(BackupError):  # a table that stays behind harms nobody
                self._console.ask(f".bvfs_cleanup path={table}")

    def _chosen(self, runs: tuple[int, ...], paths: Iterable[str] | None) -> Chosen:
        if paths is None:
            chosen = Chosen(folders=[one.path_id for one in self._roots(runs)])
        else:
            chosen = Finder(runs, self._files_in, self._folder).chosen(paths)
        if not (chosen.files or chosen.folders):
            raise NothingToRestore(f"The runs {list(runs)} hold no files.")
        return chosen


def _order(spec: RestoreSpec, job: str, table: str, bears: str) -> str:
    return command(
        f"restore file=?{table}",
        word("client", spec.client),
        word("restoreclient", spec.to_client or spec.client),
        word("restorejob", job),
        names.path_word("where", "/" if spec.where is None else spec.where),
        f"replace={spec.replace.value}",
        bears,
        "yes",
    )
