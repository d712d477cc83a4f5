"""Files of backups, as the director's index for browsing has them."""

from datetime import datetime

from calypso.drivers.backup.bacula import lstat
from calypso.drivers.backup.bacula.answers import Answer
from calypso.drivers.backup.bacula.asking import BUILDING_S
from calypso.drivers.backup.bacula.runs import Runs
from calypso.drivers.backup.bacula.text import command, numbers, path_word, raw, word
from calypso.drivers.backup.director_refusals import DirectorUnreadable
from calypso.drivers.backup.file_values import FileEntry, FileKind, FileVersion, SampledFile
from calypso.drivers.backup.refusals import NothingToRestore, Unsupported
from calypso.drivers.backup.run_values import RunFilter, RunState
from calypso.drivers.backup.values import RunKind

MAX_ENTRIES = 200_000  # of one folder
_NAVIGATION = (".", "..")
_GOOD = (RunState.SUCCEEDED, RunState.WARNINGS)


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
            states=_GOOD,
            started_before=before,
        )
        newest = self.runs(wanted, limit=1)
        if not newest:
            raise NothingToRestore(f"There is no good backup of {fileset} on {client} to restore.")
        told = self._ask(f".bvfs_get_jobids jobid={newest[0].id}").text
        return tuple(sorted(int(one) for one in told.replace("\n", ",").split(",") if one.strip()))

    def update_cache(self, runs: tuple[int, ...], *, timeout_s: float | None = None) -> None:
        """Let the director index these runs for browsing."""
        with self._session() as talk:
            talk.ask(f".bvfs_update {numbers('jobid', runs)}", timeout_s=timeout_s or BUILDING_S)

    def folders(
        self, runs: tuple[int, ...], path: str, *, limit: int = 1000, offset: int = 0
    ) -> list[FileEntry]:
        """List the folders in a folder, by name."""
        found = [one for one in self._listed(".bvfs_lsdirs", runs, path) if not _is_itself(one)]
        return sorted(found, key=_by_path)[offset : offset + limit]

    def files(
        self, runs: tuple[int, ...], path: str, *, limit: int = 1000, offset: int = 0
    ) -> list[FileEntry]:
        """List all but the folders in a folder, by name."""
        found = self._files_in(runs, path)
        return sorted(found, key=_by_path)[offset : offset + limit]

    def versions(self, client: str, entry: FileEntry) -> list[FileVersion]:
        """List the versions of a file that any backup of a client holds, newest first."""
        if entry.kind is FileKind.FOLDER:
            raise Unsupported(f"Bacula keeps no list of versions of {entry.path}.")
        told = self._ask(
            command(
                ".bvfs_versions",
                word("client", client),
                f"pathid={entry.path_id} fnid={entry.name_id} jobid={entry.run_id}",
                "versions copies",
            )
        )
        found = [_version(packet) for packet in told.packets]
        return sorted(found, key=lambda one: one.run_id, reverse=True)

    def sample(self, runs: tuple[int, ...], *, count: int, seed: str) -> list[SampledFile]:
        """Draw plain files of the newest state that runs hold together."""
        return self._catalog.sample(runs, count=count, seed=seed)

    def search(
        self, runs: tuple[int, ...], pattern: str, *, limit: int = 1000, after: str | None = None
    ) -> list[FileEntry]:
        """Find files by name in these runs."""
        return self._catalog.search(runs, pattern, limit=limit, after=after)

    def _files_in(self, runs: tuple[int, ...], folder: str) -> list[FileEntry]:
        return self._listed(".bvfs_lsfiles", runs, folder)

    def _folder(self, runs: tuple[int, ...], path: str) -> FileEntry | None:
        """Return a folder itself; None when no run has it."""
        found = self._listed(".bvfs_lsdirs", runs, path)
        itself = next((one for one in found if one.path.endswith("/./")), None)
        return itself and itself.model_copy(update={"path": _as_folder(path)})

    def _listed(self, verb: str, runs: tuple[int, ...], path: str) -> list[FileEntry]:
        # The director forgets `offset` when it goes into a folder, and its order is the database's:
        # so a folder is asked for as a whole.
        folder = _as_folder(path)
        order = command(
            verb, numbers("jobid", runs), path_word("path", folder), f"limit={MAX_ENTRIES + 1}"
        )
        with self._session() as talk:
            return _entries(talk.ask(order, timeout_s=BUILDING_S), folder)


def _entries(told: Answer, folder: str) -> list[FileEntry]:
    if len(told.packets) > MAX_ENTRIES:
        raise Unsupported(f"{folder} has more than {MAX_ENTRIES} entries; search it by name.")
    return [_entry(packet, folder) for packet in told.packets if b"\t" in packet]


def _entry(packet: bytes, folder: str) -> FileEntry:
    try:
        path_id, name_id, file_id, run_id, text, name = packet.removesuffix(b"\n").split(b"\t", 5)
        is_step = raw(name) in _NAVIGATION
        return lstat.entry(
            path=f"{folder}{raw(name)}{'/' if is_step else ''}",
            text=text.decode("ascii"),
            file_id=int(file_id),
            run_id=int(run_id),
            path_id=int(path_id),
            name_id=int(name_id),
        )
    except ValueError as wrong:
        raise DirectorUnreadable(f"A line of a listing makes no sense: {packet!r}") from wrong


def _version(packet: bytes) -> FileVersion:
    try:
        # Newer directors add what kind of volume it is.
        told_of = packet.strip().split(b"\t")[:8]
        _, _, file_id, run_id, text, checksum, volume, in_changer = told_of
        told = lstat.entry(
            path="-", text=text.decode("ascii"), file_id=int(file_id), run_id=int(run_id),
            path_id=0, name_id=0,
        )  # fmt: skip
    except ValueError as wrong:
        raise DirectorUnreadable(f"A line of versions makes no sense: {packet!r}") from wrong
    return FileVersion(
        file_id=told.file_id,
        run_id=told.run_id,
        size_bytes=told.size_bytes,
        modified_at=told.modified_at,
        checksum=checksum.decode("ascii", "replace"),
        volume=volume.decode("utf-8", "replace"),
        in_changer=in_changer == b"1",
    )


def _as_folder(path: str) -> str:
    return path if path.endswith("/") else f"{path}/"


def _is_itself(entry: FileEntry) -> bool:
    return entry.path.endswith(("/./", "/../"))


def _by_path(entry: FileEntry) -> str:
    return entry.path
