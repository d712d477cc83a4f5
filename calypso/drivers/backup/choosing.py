"""Files and folders of runs by their paths, as numbers that a director's index takes (BVFS)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from calypso.drivers.backup.file_values import FileEntry
from calypso.drivers.backup.refusals import NothingToRestore

Runs = tuple[int, ...]


@dataclass
class Chosen:
    """The catalog's numbers of what is restored."""

    files: list[int] = field(default_factory=list)
    folders: list[int] = field(default_factory=list)
    links: list[int] = field(default_factory=list)

    def take(self, entry: FileEntry) -> None:
        """Add a file, or a folder with all below it."""
        if entry.path.endswith("/"):
            self.folders.append(entry.path_id)
            return
        self.files.append(entry.file_id)
        if entry.link_index:  # the data lies with another file of the same run
            self.links += [entry.run_id, entry.link_index]

    def words(self) -> list[str]:
        """Return them as words of `.bvfs_restore`."""
        named = {"fileid": self.files, "dirid": self.folders, "hardlink": self.links}
        return [f"{key}={','.join(map(str, found))}" for key, found in named.items() if found]


@dataclass
class Finder:
    """Finds paths in runs, reading each folder once.

    `list_files` lists the files of a folder; `folder` finds a folder itself, or None.
    """

    runs: Runs
    list_files: Callable[[Runs, str], Iterable[FileEntry]]
    folder: Callable[[Runs, str], FileEntry | None]
    _read: dict[str, dict[str, FileEntry]] = field(default_factory=dict)

    def chosen(self, paths: Iterable[str]) -> Chosen:
        """Return what is at these paths; NothingToRestore names one that no run has."""
        chosen = Chosen()
        for path in paths:
            chosen.take(self._at(path))
        return chosen

    def _at(self, path: str) -> FileEntry:
        found = None if path.endswith("/") else self._in_folder(path)
        if entry := found or self.folder(self.runs, path):
            return entry
        raise NothingToRestore(f"No run of {list(self.runs)} has {path!r}.")

    def _in_folder(self, path: str) -> FileEntry | None:
        folder = f"{path.rpartition('/')[0]}/"
        if folder not in self._read:
            listed = self.list_files(self.runs, folder)
            self._read[folder] = {one.path: one for one in listed}
        return self._read[folder].get(path)
