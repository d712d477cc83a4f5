"""What a director knows: jobs, clients, pools, storages and volumes. Sizes are bytes."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen value."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Level(StrEnum):
    """How much a backup takes along."""

    FULL = "full"
    DIFFERENTIAL = "differential"
    INCREMENTAL = "incremental"
    VIRTUAL_FULL = "virtual_full"
    BASE = "base"


class RunKind(StrEnum):
    """What a job, and a run of it, is for."""

    BACKUP = "backup"
    RESTORE = "restore"
    VERIFY = "verify"
    COPY = "copy"
    MIGRATE = "migrate"
    ADMIN = "admin"
    OTHER = "other"


class BackupJob(Value):
    """A job as the director has it: what runs when nobody says otherwise.

    `level` None: the kind of job has none, or one of its own, as verify jobs do.
    """

    name: str
    kind: RunKind
    level: Level | None
    client: str
    fileset: str
    pool: str
    storage: str
    priority: int
    is_enabled: bool


class Client(Value):
    """A machine that is backed up. `version`, `uname`: as of its last backup."""

    name: str
    address: str | None = None
    port: int | None = None
    version: str | None = None
    uname: str | None = None


class BackupPool(Value):
    """A set of volumes with the same rules. None: no limit."""

    name: str
    kind: str
    label_format: str | None = None
    max_volumes: int | None = None
    max_volume_bytes: int | None = None
    is_recycled: bool = True


class BackupStorage(Value):
    """A device, or an autochanger with several, of a storage daemon."""

    name: str
    address: str
    port: int
    device: str
    media_type: str
    is_enabled: bool


class VolumeState(StrEnum):
    """What a volume may be used for, in Bacula's words."""

    APPEND = "Append"
    FULL = "Full"
    USED = "Used"
    ERROR = "Error"
    PURGED = "Purged"
    RECYCLE = "Recycle"
    READ_ONLY = "Read-Only"
    DISABLED = "Disabled"
    ARCHIVE = "Archive"
    BUSY = "Busy"
    CLEANING = "Cleaning"
    UNKNOWN = "Unknown"


class Volume(Value):
    """A tape or a file of backups, as the catalog has it.

    `runs`: how many runs have data on it. `expires_at`: when pruning may empty it; None while it
    is not written to its end.
    """

    name: str
    pool: str
    storage: str | None
    media_type: str
    state: VolumeState
    bytes: int
    runs: int
    slot: int | None
    in_changer: bool
    last_written_at: datetime | None
    expires_at: datetime | None
    errors: int


class VolumePlan(Value):
    """What an act on a volume will lose: these runs can then no longer be restored from it."""

    act: str
    volume: Volume
    runs: tuple[int, ...]


class SlotsUpdate(Value):
    """What a storage found in its slots: volumes the catalog knows, and labels it does not."""

    known: tuple[str, ...]
    unknown: tuple[str, ...]
