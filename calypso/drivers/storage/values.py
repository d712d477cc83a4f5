"""The values that storage products are spoken to and speak in. Sizes are bytes, times aware UTC."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, SecretStr


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DatasetKind(StrEnum):
    """What a dataset is."""

    FILESYSTEM = "filesystem"
    VOLUME = "volume"


class Dataset(_Value):
    """A filesystem or volume. `mountpoint` is None when it is not mounted anywhere."""

    name: str
    kind: DatasetKind
    used_bytes: int
    available_bytes: int
    referenced_bytes: int
    mountpoint: str | None
    created_at: datetime
    origin: str | None = None
    size_bytes: int | None = None  # of a volume


class Snapshot(_Value):
    """A snapshot. Snapshots are ordered by `order`, oldest first, never by name or time.

    `task`: its property `calypso:task`. `is_protected`, `protected_until`: what its property
    `calypso:protected` says, see `calypso.drivers.storage.protecting`.
    """

    name: str
    guid: str
    order: int
    used_bytes: int
    referenced_bytes: int
    created_at: datetime
    holds: int = 0
    clones: tuple[str, ...] = ()
    task: str | None = None
    is_protected: bool = False
    protected_until: datetime | None = None


class SnapshotFolder(_Value):
    """Where a snapshot can be read. Not `is_exact`: modes, owners and attributes are others."""

    path: str
    is_exact: bool


class Property(_Value):
    """A property of a dataset; `source` is local, default, received, or inherited from another."""

    value: str
    source: str


class KeyFormat(StrEnum):
    """How a key is written: words of 8 to 512 letters, or 64 hex digits."""

    PASSPHRASE = "passphrase"  # noqa: S105 - the name of a form
    HEX = "hex"


class Key(_Value):
    """A key of an encrypted dataset; it is printed nowhere."""

    format: KeyFormat = KeyFormat.PASSPHRASE
    text: SecretStr


class Encryption(_Value):
    """How an encrypted dataset is locked; `root` is the dataset whose key opens it."""

    dataset: str
    root: str
    is_unlocked: bool
    is_mounted: bool
    mounts: bool  # a filesystem that is mounted by itself

    @property
    def is_root(self) -> bool:
        """True for a dataset with a key of its own."""
        return self.dataset == self.root


class Access(_Value):
    """Who may use files; what is None stays as it is."""

    owner: str | None = None
    group: str | None = None
    file_mode: str | None = None  # octal
    folder_mode: str | None = None
    acl: tuple[str, ...] | None = None  # as of setfacl: [default:]user|group:NAME:rwx


class SendOptions(_Value):
    """How a stream is made and moved. `raw`: blocks as they are encrypted, the target needs no key.

    Never faster than `rate_bytes_per_s`; ended when nothing was sent for `stall_s`.
    """

    raw: bool = False
    compressed: bool = False
    large_blocks: bool = False
    properties: bool = False
    rate_bytes_per_s: int | None = None
    stall_s: float | None = None


PLAIN = SendOptions()


class Sent(_Value):
    """What a send and receive moved, and how it was left."""

    snapshot: str
    base: str | None
    sent_bytes: int
    resumed: bool = False


OnItems = Callable[[int, int | None], None]  # files so far, estimated total or None
OnBytes = Callable[[int, int | None], None]  # bytes so far, estimated total or None
