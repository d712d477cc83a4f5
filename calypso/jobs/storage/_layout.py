"""The appliance's own datasets: which there are, with which properties. Pure.

Values are written as `zfs get -p` tells them, so that what is can be compared with what should be.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

KIB, MIB = 1 << 10, 1 << 20


class Part(StrEnum):
    """One dataset of the layout, by its name."""

    DB = "db"
    BACKUPS = "backups"
    OBJECT = "object"
    SHARES = "shares"
    VTL = "vtl"
    ISCSI = "iscsi"
    UPLOADS = "uploads"
    CACHE = "cache"
    SYSTEM = "_system"


def _records(size_bytes: int) -> dict[str, str]:
    return {"recordsize": str(size_bytes)}


TOP = {"compression": "lz4", "atime": "off"}
PARTS: Mapping[Part, Mapping[str, str]] = {
    # PostgreSQL writes pages of 8 KiB; two to a record compress, and still cost little to rewrite.
    Part.DB: {**_records(16 * KIB), "logbias": "latency"},
    # Written once, in streams, and read from end to end: long records.
    Part.BACKUPS: _records(MIB),
    Part.OBJECT: _records(MIB),
    Part.VTL: _records(MIB),
    Part.UPLOADS: _records(MIB),
    # Windows and NFS clients bring access lists; with the files they cost no further read.
    Part.SHARES: {**_records(128 * KIB), "acltype": "posix", "xattr": "sa"},
    # Files behind LUNs are rewritten in blocks of the clients' file systems.
    Part.ISCSI: _records(16 * KIB),
    # Worth nothing after a crash, so nobody waits for it to be on disk.
    Part.CACHE: {**_records(128 * KIB), "sync": "disabled"},
    Part.SYSTEM: _records(128 * KIB),
}


@dataclass(frozen=True)
class Wanted:
    """A dataset as it should be."""

    dataset: str
    properties: Mapping[str, str]


@dataclass(frozen=True)
class Change:
    """What is to be done to one dataset; `present` is None where it is missing."""

    wanted: Wanted
    present: Mapping[str, str] | None

    @property
    def differing(self) -> dict[str, str]:
        """The properties to set."""
        have = self.present or {}
        return {
            key: value for key, value in self.wanted.properties.items() if have.get(key) != value
        }

    def sentence(self) -> str:
        """Say it in words for people."""
        name = self.wanted.dataset
        if self.present is None:
            told = ", ".join(f"{key}={value}" for key, value in self.differing.items())
            return f"{name} is made with {told}."
        told = ", ".join(
            f"{key} from {self.present.get(key, 'nothing')} to {value}"
            for key, value in self.differing.items()
        )
        return f"{name} changes {told}."


def layout(top: str, *, mountpoint: str | None, quotas: Mapping[Part, int]) -> Iterator[Wanted]:
    """Yield every dataset as it should be, the one above first."""
    yield Wanted(top, {**TOP, **({} if mountpoint is None else {"mountpoint": mountpoint})})
    for part, properties in PARTS.items():
        quota = {"quota": str(quotas[part])} if part in quotas else {}
        yield Wanted(f"{top}/{part.value}", {**properties, **quota})
