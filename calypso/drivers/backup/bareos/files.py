"""Files of backups, as the director's index for browsing (BVFS) has them.

Source: Bareos' docs/manuals/source/DeveloperGuide/api.rst, "BvfsAPI"; core/src/dird/ua_dotcmds.cc.
"""

from datetime import datetime

from calypso.drivers.backup.bacula.text import command, numbers, word
from calypso.drivers.backup.bareos import errors, names, records
from calypso.drivers.backup.bareos.console import BUILDING_S
from calypso.drivers.backup.bareos.history import GOOD
from calypso.drivers.backup.bareos.runs import Runs
from calypso.drivers.backup.file_values import FileEntry, FileKind, FileVersion, SampledFile
from calypso.drivers.backup.refusals import BackupError, NothingToRestore, Unsupported
from calypso.drivers.backup.run_values import RunFilter
from calypso.drivers.backup.values import RunKind

MAX_ENTRIES = 200_000  # of one folder
DIRECTORIES, FILES = "directories", "files"
_VERBS = {DIRECTORIES: ".bvfs_lsdirs", FILES: ".bvfs_lsfiles"}
_ITSELF, _ABOVE = "/./", "/../"
_NO_SQL = "Bareos' director has no command for it, and its catalog is not asked for files here."


class Files(Runs):
    """Looks into backups."""

    def runs_for(
        self, client: str, fileset: str, *, before: datetime | None = None
    ) -> tuple[int, ...]:
        """Return the runs that together are the newest state, or the one at a time."""
        wanted = RunFilter(
            client=client,
            fileset=fileset,
            kind=RunKind.BACKUP,
            states=GOOD,
            started_before=before,
        )
        newest = self.runs(wanted, limit=1)
        if not newest:
            raise NothingToRestore(f"There is no good backup of {fileset} on {client} to restore.")
        told = self._console.ask(f".bvfs_get_jobids jobid={newest[0].id}")
        return tuple(sorted(records.number(one, "id") for one in records.rows(told, "jobids")))

    def update_cache(self, runs: tuple[int, ...], *, timeout_s: float | None = None) -> None:
        """Let the director index these runs for browsing."""
        order = f".bvfs_update {numbers('jobid', runs)}"
        self._console.ask(order, timeout_s=timeout_s or BUILDING_S)

    def folders(
        self, runs: tuple[int, ...], path: str, *, limit: int = 1000, offset: int = 0
    ) -> list[FileEntry]:
        """List the folders in a folder, by name."""
        listed = self._listed(DIRECTORIES, runs, path)
        found = [one for one in listed if not one.path.endswith((_ITSELF, _ABOVE))]
        return _page(found, limit, offset)

    def files(
        self, runs: tuple[int, ...], path: str, *, limit: int = 1000, offset: int = 0
    ) -> list[FileEntry]:
        """List all but the folders in a folder, by name."""
        return _page(self._files_in(runs, path), limit, offset)

    def versions(self, client: str, entry: FileEntry) -> list[FileVersion]:
        """List the versions of a file that any backup of a client holds, newest first."""
        if entry.kind is FileKind.FOLDER:
            raise Unsupported(f"Bareos keeps no list of versions of the folder {entry.path}.")
        order = command(
            ".bvfs_versions jobid=0",
            word("client", client),
            f"pathid={int(entry.path_id)}",
            names.path_word("fname", entry.path.rpartition("/")[2]),
            "copies versions",
        )
        told = records.rows(self._console.ask(order), "versions")
        return sorted(map(records.version, told), key=lambda one: one.run_id, reverse=True)

    def sample(self, runs: tuple[int, ...], *, count: int, seed: str) -> list[SampledFile]:
        """Refuse."""
        del seed
        raise Unsupported(f"{count} files of {list(runs)} cannot be drawn by lot. {_NO_SQL}")

    def search(
        self, runs: tuple[int, ...], pattern: str, *, limit: int = 1000, after: str | None = None
    ) -> list[FileEntry]:
        """Refuse."""
        del limit, after
        raise Unsupported(f"Files called {pattern!r} in {list(runs)} cannot be found. {_NO_SQL}")

    # -- inside

    def _files_in(self, runs: tuple[int, ...], folder: str) -> list[FileEntry]:
        return self._listed(FILES, runs, folder)

    def _folder(self, runs: tuple[int, ...], path: str) -> FileEntry | None:
        """Return a folder itself; None when no run has it."""
        found = self._listed(DIRECTORIES, runs, path)
        itself = next((one for one in found if one.path.endswith(_ITSELF)), None)
        return itself and itself.model_copy(update={"path": _as_folder(path)})

    def _roots(self, runs: tuple[int, ...]) -> list[FileEntry]:
        """Return what all paths of these runs begin with: / and drives, and what plugins made up.

        An empty path stands for what is above them all.
        """
        found = self._entries(DIRECTORIES, runs, "")
        return [one for one in found if one.path not in ("./", "../")]

    def _listed(self, kind: str, runs: tuple[int, ...], path: str) -> list[FileEntry]:
        return self._entries(kind, runs, _as_folder(path))

    def _entries(self, kind: str, runs: tuple[int, ...], folder: str) -> list[FileEntry]:
        order = command(
            _VERBS[kind],
            numbers("jobid", runs),
            names.path_word("path", folder),
            f"limit={MAX_ENTRIES + 1}",
        )
        try:
            told = records.rows(self._console.ask(order, timeout_s=BUILDING_S), kind)
        except BackupError as refused:
            if errors.is_wordless(refused):  # so it refuses a path that it does not have
                return []
            raise
        if len(told) > MAX_ENTRIES:
            raise Unsupported(f"{folder} has more than {MAX_ENTRIES} entries; it is not listed.")
        return [records.entry(one, folder) for one in told]


def _page(found: list[FileEntry], limit: int, offset: int) -> list[FileEntry]:
    return sorted(found, key=lambda one: one.path)[offset : offset + limit]


def _as_folder(path: str) -> str:
    return path if path.endswith("/") else f"{path}/"
