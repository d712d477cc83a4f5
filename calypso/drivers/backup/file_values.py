"""Files as the catalog has them. A name may be any bytes: what is no UTF-8 stands as surrogates."""

from datetime import datetime
from enum import StrEnum

from calypso.drivers.backup.values import Value


class FileKind(StrEnum):
    """What an entry of a folder is."""

    FOLDER = "folder"
    FILE = "file"
    LINK = "link"
    OTHER = "other"


class FileEntry(Value):
    """A file or folder of a backup.

    `path`: whole, a folder's ends with /. `file_id`, `run_id`: 0 for a folder that is only on the
    way to one that was backed up; then nothing else is known of it either. `path_id`, `name_id`:
    the catalog's numbers. `link_index`: the file in the same run that this is a hard link to.
    """

    path: str
    kind: FileKind
    size_bytes: int | None
    modified_at: datetime | None
    mode: int | None
    file_id: int
    run_id: int
    path_id: int
    name_id: int
    link_index: int = 0


class SampledFile(Value):
    """A plain file, drawn by lot. `checksum`: base64, as the catalog has it; empty: none."""

    path: str
    size_bytes: int
    modified_at: datetime
    checksum: str
    run_id: int


class FileVersion(Value):
    """One of the versions of a file that backups hold. `checksum`: base64, as in the catalog."""

    file_id: int
    run_id: int
    size_bytes: int | None
    modified_at: datetime | None
    checksum: str
    volume: str
    in_changer: bool
