"""Names as the products accept them: plain ASCII, bounded, no dash in front.

Narrower than what OpenZFS takes on purpose: a space is legal there and breaks every script that
follows. What already exists under a wider name is listed, but not created by us.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import Field, StringConstraints

MAX_DATASET_LENGTH = 200  # OpenZFS allows 255 with the snapshot; 55 are left for "@name"
_PART = r"[A-Za-z0-9_][A-Za-z0-9_.:-]*"

PoolName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$", max_length=64),
    Field(examples=["tank"]),
]
DatasetName = Annotated[
    str,
    StringConstraints(
        pattern=rf"^[A-Za-z][A-Za-z0-9_.-]*(/{_PART})*$", max_length=MAX_DATASET_LENGTH
    ),
    Field(examples=["tank/home"]),
]
SnapshotName = Annotated[
    str,
    StringConstraints(pattern=rf"^{_PART}$", max_length=54),
    Field(examples=["auto-2026-03-29_02-30--0100"]),
]
FullSnapshotName = Annotated[
    str,
    StringConstraints(
        pattern=rf"^[A-Za-z][A-Za-z0-9_.-]*(/{_PART})*@{_PART}$",
        max_length=255,
    ),
    Field(examples=["tank/home@before-upgrade"]),
]
AbsolutePath = Annotated[
    str,
    StringConstraints(pattern=r"^/[^\x00-\x1f]*[^/\x00-\x1f]$", max_length=900),
    Field(examples=["/dev/disk/by-id/ata-WDC_WD40EFRX_1"]),
]
DeviceName = Annotated[
    str,
    StringConstraints(pattern=r"^/?[A-Za-z0-9]([^\x00-\x1f]*[^/\x00-\x1f])?$", max_length=900),
    Field(examples=["ata-WDC_WD40EFRX_1", "/dev/disk/by-id/ata-WDC_WD40EFRX_1"]),
]
DatasetPattern = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_.:/*?\[\]!-]+$", max_length=MAX_DATASET_LENGTH),
    Field(examples=["tank/home/cache", "*/cache"]),
]
# `compression`, `org:note`, `feature@zstd_compress`, `userquota@ada@example.org`.
PropertyName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.:@-]*$", max_length=255),
    Field(examples=["compression"]),
]
PropertyValue = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=8191)]
SecretName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9._/-]*$", max_length=100),
    Field(examples=["replication/offsite-key"]),
]
LibraryName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=64),
    Field(examples=["shelf"]),
]
DriveSerial = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=64),
    Field(examples=["shelf-0"]),
]
Barcode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+$%-]*$", max_length=32),
    Field(examples=["CAL001L8"]),
]
NodeName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]*$", max_length=63),
    Field(examples=["appliance-1"]),
]


def pool_of(dataset: str) -> str:
    """Return the pool a dataset or snapshot lives in: `tank` of `tank/home@now`."""
    return dataset.partition("@")[0].partition("/")[0]


def split_snapshot(snapshot: str) -> tuple[str, str]:
    """Return (dataset, name after the @) of a full snapshot name."""
    dataset, _, name = snapshot.partition("@")
    return dataset, name


def is_within(dataset: str, root: str) -> bool:
    """Tell whether a dataset is `root` or below it."""
    return dataset == root or dataset.startswith(f"{root}/")


def is_excluded(dataset: str, patterns: Iterable[str]) -> bool:
    """Tell whether a pattern names a dataset, one above it, or fits it; `*` goes across `/`."""
    return any(is_within(dataset, one) or fnmatchcase(dataset, one) for one in patterns)
