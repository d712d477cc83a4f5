"""From `lsblk -J -b` to disks: what they are, what is on them, who uses them. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from calypso.drivers.storage import StorageError

# Without NAME it lists no tree, so nobody would be seen to use a disk.
COLUMNS = "NAME,KNAME,PATH,TYPE,SIZE,MODEL,SERIAL,TRAN,ROTA,RO,DISC-MAX,FSTYPE,LABEL,MOUNTPOINTS"
# Made of memory, of volumes, or of other machines' disks: nothing to wipe or to build a pool of.
_NO_DISKS = ("zram", "zd", "ram", "loop", "nbd", "sr")


@dataclass(frozen=True)
class Block:
    """A block device and those made of it."""

    kernel: str
    path: str
    type: str
    told: Mapping[str, Any]
    below: tuple["Block", ...] = field(default=())

    def all(self) -> Iterator["Block"]:
        """Yield itself and everything made of it."""
        yield self
        for one in self.below:
            yield from one.all()

    @property
    def partitions(self) -> list["Block"]:
        """Its partitions."""
        return [one for one in self.below if one.type == "part"]

    @property
    def holds(self) -> list[str]:
        """What is found on it, in words; in use or not."""
        found = [(one.kernel, one.told.get("fstype"), one.told.get("label")) for one in self.all()]
        return [
            f"{kernel}: {kind}{f' {label}' if label else ''}"
            for kernel, kind, label in found
            if kind
        ]

    @property
    def users(self) -> list[str]:
        """Who uses it, in words: mounts, swap, and devices of the kernel made of it."""
        found: list[str] = []
        for one in self.all():
            if one.type not in ("disk", "part"):
                found.append(f"{one.path} ({one.type}) is made of it")
            mounts = [mount for mount in one.told.get("mountpoints") or () if mount]
            found += [
                "it is swap space" if mount == "[SWAP]" else f"{one.path} is mounted at {mount}"
                for mount in mounts
            ]
        return found


def disks(text: str) -> list[Block]:
    """Return the disks of `lsblk -J -b -o COLUMNS`; StorageError for another form."""
    try:
        found = [_block(one) for one in json.loads(text)["blockdevices"]]
    except (ValueError, KeyError, TypeError) as odd:
        raise StorageError("lsblk printed something else than asked for.", original=text) from odd
    return [
        one
        for one in found
        if one.type == "disk" and one.told.get("size") and not one.kernel.startswith(_NO_DISKS)
    ]


def _block(told: Mapping[str, Any]) -> Block:
    return Block(
        kernel=told["kname"],
        path=told["path"],
        type=told["type"],
        told=told,
        below=tuple(_block(one) for one in told.get("children", ())),
    )
