"""What a director has by name: the words for each kind, and the refusal of one it lacks."""

from dataclasses import dataclass

from calypso.drivers.backup.refusals import (
    BackupError,
    BackupJobMissing,
    BackupPoolMissing,
    ClientMissing,
    FilesetMissing,
    StorageMissing,
)


@dataclass(frozen=True)
class Noun:
    """A kind of thing that has a name: how a command calls one, and several."""

    key: str
    plural: str
    missing: type[BackupError]


JOB = Noun("job", "jobs", BackupJobMissing)
CLIENT = Noun("client", "clients", ClientMissing)
FILESET = Noun("fileset", "filesets", FilesetMissing)
POOL = Noun("pool", "pools", BackupPoolMissing)
STORAGE = Noun("storage", "storages", StorageMissing)
