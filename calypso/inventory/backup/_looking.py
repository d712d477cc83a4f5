"""What looking into backups has in common: which runs, and that they are indexed."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, model_validator

from calypso.drivers.backup import Backup, BackupError, DirectorSilent, FileEntry, FileKind
from calypso.models.backup_names import BackupName
from calypso.models.inventory import InventoryRow
from calypso.models.lookup import Asked
from calypso.models.raw_path import meant, shown

INDEX_S = 15.0  # within the time that the door waits for the whole answer
MOST_CHARACTERS = 16_384  # of a path of 4,096 bytes, each written out


class NotIndexed(BackupError):
    """The director has not made an index of these runs yet."""

    code = "backup_not_indexed"
    title = "Not indexed yet"
    transient = True


def _numbers(given: Any) -> Any:
    """Return numbers that stand between commas."""
    return [one for one in given.split(",") if one] if isinstance(given, str) else given


def _readable(path: str) -> str:
    if "\0" in meant(path):
        raise ValueError("no path holds a NUL")
    return path


WrittenPath = Annotated[str, Field(max_length=MOST_CHARACTERS), AfterValidator(_readable)]


class RunsAsked(Asked):
    """Whose files, and as of when."""

    client: BackupName | None = Field(default=None, description="Client whose files they were.")
    fileset: BackupName | None = Field(
        default=None, description="Its newest state; name a client too. Or name runs."
    )
    before: AwareDatetime | None = Field(
        default=None, description="The state of the fileset at this time instead of the newest."
    )
    runs: Annotated[tuple[int, ...], BeforeValidator(_numbers)] = Field(
        default=(), max_length=1000, description="Numbers of runs, with commas between them."
    )

    @model_validator(mode="after")
    def _names_runs_or_a_fileset(self) -> Self:
        if self.runs and (self.fileset or self.before):
            raise ValueError("name runs, or a client and a fileset, not both")
        if not self.runs and not (self.client and self.fileset):
            raise ValueError("name a client and a fileset, or runs")
        return self

    def indexed_runs(self, backup: Backup) -> tuple[int, ...]:
        """Return the runs, ready to be looked into; NothingToRestore, NotIndexed."""
        runs = self.runs or backup.runs_for(
            self.client or "", self.fileset or "", before=self.before
        )
        try:
            backup.update_cache(runs, timeout_s=INDEX_S)
        except DirectorSilent as silent:
            told = ", ".join(map(str, runs))
            raise NotIndexed(
                f"The files of runs {told} are not indexed yet, and that takes longer than "
                f"{INDEX_S:g} s. Submit backup.files_index for them; look again when it is done."
            ) from silent
        return runs


class FileRow(InventoryRow):
    r"""A file or folder. `key`: its path, a folder's ends with /; a byte that is no UTF-8 is \xff.

    `run`: null for a folder that is only on the way to one that was backed up.
    """

    name: str
    kind: FileKind
    size_bytes: int | None
    modified_at: AwareDatetime | None
    mode: int | None
    run: int | None


def row_of(entry: FileEntry) -> FileRow:
    """Return a row."""
    path = shown(entry.path)
    return FileRow(
        key=path,
        name=path.rstrip("/").rpartition("/")[2],
        kind=entry.kind,
        size_bytes=entry.size_bytes,
        modified_at=entry.modified_at,
        mode=entry.mode,
        run=entry.run_id or None,
    )
