"""Restores: of whole runs, or of files and folders chosen in them.

Always by the way that Bareos' own web interface takes: the director notes what is chosen in a table
of its catalog, and restores that. Source: docs/manuals/source/DeveloperGuide/api.rst, "Restore set
of files"; systemtests/tests/python-bareos/test_bvfs.py.
"""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from calypso.drivers.backup.bacula.text import command, numbers, word
from calypso.drivers.backup.bareos import names
from calypso.drivers.backup.bareos.console import BUILDING_S
from calypso.drivers.backup.bareos.files import FILES, Files
from calypso.drivers.backup.file_values import FileEntry
from calypso.drivers.backup.refusals import BackupError, BackupJobMissing, NothingToRestore
from calypso.drivers.backup.run_values import RestoreSpec
from calypso.drivers.backup.values import RunKind


@dataclass
class _Chosen:
    """The catalog's numbers of what is restored."""

    files: list[int] = field(default_factory=list)
    folders: list[int] = field(default_factory=list)
    links: list[int] = field(default_factory=list)

    def take(self, entry: FileEntry) -> None:
        if entry.path.endswith("/"):
            self.folders.append(entry.path_id)
            return
        self.files.append(entry.file_id)
        if entry.link_index:  # the data lies with another file of the same run
            self.links += [entry.run_id, entry.link_index]


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
    def _table(self, runs: tuple[int, ...], chosen: _Chosen) -> Iterator[str]:
        """Let the director note what was chosen; it forgets that again afterwards."""
        table = f"b2{secrets.randbelow(10**9)}"
        order = command(
            f".bvfs_restore path={table}",
            numbers("jobid", runs),
            numbers("fileid", chosen.files) if chosen.files else None,
            numbers("dirid", chosen.folders) if chosen.folders else None,
            numbers("hardlink", chosen.links) if chosen.links else None,
        )
        self._console.ask(order, timeout_s=BUILDING_S)
        try:
            yield table
        finally:
            with suppress(BackupError):  # a table that stays behind harms nobody
                self._console.ask(f".bvfs_cleanup path={table}")

    def _chosen(self, runs: tuple[int, ...], paths: Iterable[str] | None) -> _Chosen:
        chosen = _Chosen()
        in_folder: dict[str, dict[str, FileEntry]] = {}
        if paths is None:
            chosen.folders = [one.path_id for one in self._roots(runs)]
        for path in paths or ():
            chosen.take(self._found(runs, path, in_folder))
        if not (chosen.files or chosen.folders):
            raise NothingToRestore(f"The runs {list(runs)} hold no files.")
        return chosen

    def _found(
        self, runs: tuple[int, ...], path: str, in_folder: dict[str, dict[str, FileEntry]]
    ) -> FileEntry:
        folder = f"{path.rpartition('/')[0]}/"
        if not path.endswith("/"):
            if folder not in in_folder:
                listed = self._listed(FILES, runs, folder)
                in_folder[folder] = {one.path: one for one in listed}
            if entry := in_folder[folder].get(path):
                return entry
        if found := self._folder(runs, path):
            return found
        raise NothingToRestore(f"No run of {list(runs)} has {path!r}.")


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
