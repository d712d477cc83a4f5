"""The values pools and their devices are spoken of in. Sizes are bytes, times aware UTC."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class VdevKind(StrEnum):
    """How the devices of a vdev share their data."""

    STRIPE = "stripe"
    MIRROR = "mirror"
    RAIDZ1 = "raidz1"
    RAIDZ2 = "raidz2"
    RAIDZ3 = "raidz3"


class Role(StrEnum):
    """What a vdev is for."""

    DATA = "data"
    LOG = "log"
    CACHE = "cache"
    SPARE = "spare"
    SPECIAL = "special"
    DEDUP = "dedup"


class Vdev(_Value):
    """One group of devices; a pool is striped over its vdevs."""

    kind: VdevKind = Field(default=VdevKind.STRIPE, description="How the devices share data.")
    role: Role = Field(default=Role.DATA, description="What the devices are for.")
    devices: tuple[str, ...] = Field(
        min_length=1,
        max_length=255,
        description="Absolute paths: disks, files, or one directory for the directory driver.",
    )


class ScanState(StrEnum):
    """Where a scrub, or something else that goes on in a pool, is."""

    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELED = "canceled"


class Scan(_Value):
    """The last or present scrub or resilver of a pool."""

    function: Literal["scrub", "resilver"]
    state: ScanState
    issued_bytes: int | None = None
    total_bytes: int | None = None
    percent: float | None = None
    errors: int | None = None
    repaired_bytes: int | None = None
    eta_s: int | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def is_resilver_running(self) -> bool:
        """True while data is written to a device that lacks it."""
        return self.function == "resilver" and self.state is ScanState.RUNNING


class Activity(_Value):
    """How far something is that goes on in a pool; in bytes where the product tells them."""

    state: ScanState
    done_bytes: int | None = None
    total_bytes: int | None = None
    percent: float | None = None
    subject: str | None = None  # the vdev it is about, where the product names one


class Checkpoint(_Value):
    """The checkpoint of a pool; `space_bytes` is what it holds, or what is left to give back."""

    is_discarding: bool
    space_bytes: int | None = None
    created_at: datetime | None = None


class Device(_Value):
    """One device of a pool. `name`: as the product shows it, a guid where the device is gone."""

    name: str
    state: str  # ONLINE, OFFLINE, FAULTED, REMOVED, UNAVAIL, DEGRADED, AVAIL, INUSE
    role: Role = Role.DATA
    group: str | None = None  # the vdev it is in, such as mirror-0; None when it stands alone
    note: str | None = None  # the product's own words
    is_resilvering: bool = False
    is_replacing: bool = False
    read_errors: int = 0
    write_errors: int = 0
    checksum_errors: int = 0
    trim: Activity | None = None
    can_trim: bool = True
    initialize: Activity | None = None


class Pool(_Value):
    """A pool as it stands. `is_suspended`: it answers, but no write to it will end."""

    name: str
    guid: str
    health: str
    size_bytes: int
    allocated_bytes: int
    free_bytes: int
    capacity_percent: float
    fragmentation_percent: float | None = None
    is_suspended: bool = False
    read_errors: int = 0
    write_errors: int = 0
    checksum_errors: int = 0
    data_errors: int = 0
    status: str | None = None  # the product's own words when something is wrong
    message_code: str | None = None  # such as ZFS-8000-9P
    scan: Scan | None = None
    removal: Activity | None = None
    expansion: Activity | None = None
    checkpoint: Checkpoint | None = None
    devices: tuple[Device, ...] = ()


OnScan = Callable[[Scan], None]
OnActivity = Callable[[Activity], None]
