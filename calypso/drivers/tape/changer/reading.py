"""From what mtx, mt and sg3-utils print to values. Pure.

Measured on mtx 1.3.12, mt-st 1.7 and sg3-utils 1.46.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from calypso.drivers.tape import Element, ElementKind, TapeAlert, TapeError, alert

_HEADER = re.compile(r"Storage Changer \S+:(\d+) Drives, (\d+) Slots \( (\d+) Import/Export \)")
_DRIVE = re.compile(
    r"Data Transfer Element (\d+):(?:Empty|(Full) "
    r"\((?:Storage Element (\d+)|Unknown Storage Element) Loaded\))"
    r"(?::VolumeTag ?= ?(.*))?"
)
_SLOT = re.compile(
    r"Storage Element (\d+)( IMPORT/EXPORT)?:(?:Empty|(Full) ?)(?::VolumeTag ?=(.*))?"
)
_POSITION = re.compile(r"File number=(-?\d+), block number=(-?\d+)")
_BLOCK = re.compile(r"Tape block size (\d+) bytes\. Density code (\S+ \(.*?\)|\S+)\.")
_BITS = re.compile(r"General status bits on \(([0-9a-fA-F]+)\):")
_HEX = re.compile(r"^ [0-9a-f]{2,}\s")
HEX_AT, HEX_WIDTH = 8, 49  # where sg3-utils put the bytes of a line, before the letters

EOF_BIT, BOT, EOD, WR_PROT = 0x80000000, 0x40000000, 0x08000000, 0x04000000
ONLINE, DR_OPEN = 0x01000000, 0x00040000


@dataclass(frozen=True)
class Device:
    """A changer or a drive, as the kernel knows it. `nst` is empty for a changer."""

    address: str
    kind: str
    vendor: str
    product: str
    revision: str
    serial: str
    sg: str
    nst: str


@dataclass(frozen=True)
class Status:
    """What `mt status` tells; None for what the drive does not know."""

    bits: int
    file: int | None
    block: int | None
    block_bytes: int
    density: str

    def has(self, bit: int) -> bool:
        """Tell whether a general status bit is on."""
        return bool(self.bits & bit)


def devices(text: str) -> list[Device]:
    """Return what `sysfs.py` prints."""
    return [Device(**json.loads(line)) for line in text.splitlines()]


def elements(text: str) -> list[Element]:
    """Return what `mtx status` lists: drives, slots, import/export slots."""
    header = _HEADER.search(text)
    found = list(_elements(text))
    if header is None or len(found) != int(header[1]) + int(header[2]):
        raise TapeError("mtx printed a status that cannot be read.", original=text)
    return found


def _elements(text: str) -> Iterator[Element]:
    for line in map(str.strip, text.splitlines()):
        if told := _DRIVE.fullmatch(line):
            yield Element(
                kind=ElementKind.DRIVE,
                number=int(told[1]),
                is_full=bool(told[2]),
                source=int(told[3]) if told[3] else None,
                barcode=_tag(told[4]),
            )
        elif told := _SLOT.fullmatch(line):
            yield Element(
                kind=ElementKind.IE if told[2] else ElementKind.SLOT,
                number=int(told[1]),
                is_full=bool(told[3]),
                barcode=_tag(told[4]) if told[3] else None,
            )


def _tag(text: str | None) -> str | None:
    return (text or "").strip() or None


def status(text: str) -> Status:
    """Return what `mt status` tells of a drive that could be opened."""
    position, block, bits = _POSITION.search(text), _BLOCK.search(text), _BITS.search(text)
    if position is None or block is None or bits is None:
        raise TapeError("mt printed a status that cannot be read.", original=text)
    return Status(
        bits=int(bits[1], 16),
        file=_known(position[1]),
        block=_known(position[2]),
        block_bytes=int(block[1]),
        density=block[2],
    )


def _known(text: str) -> int | None:
    number = int(text)
    return None if number < 0 else number


# ---- bytes, as sg_raw and sg_logs -H print them


def dump(text: str) -> bytes:
    """Return the bytes of a hex dump."""
    lines = [line for line in text.splitlines() if _HEX.match(line)]
    return bytes.fromhex("".join(line[HEX_AT : HEX_AT + HEX_WIDTH] for line in lines))


def drive_identifiers(data: bytes) -> list[str | None]:
    """Return how each drive calls itself, by number; None where the library does not say.

    `data` is the answer to READ ELEMENT STATUS of data transfer elements with DVCID, SMC-3 6.11.
    What is cut off is not guessed at.
    """
    found: list[str | None] = []
    at = 8
    while at + 8 <= len(data):
        has_tags = [bool(data[at + 1] & bit) for bit in (0x80, 0x40)]
        length, size = _number(data, at + 2, 2), _number(data, at + 5, 3)
        begin, end = at + 8, min(at + 8 + size, len(data))
        starts = range(begin, end, length or size or 1)
        found += [_identifier(data[one : one + length], 12 + 36 * sum(has_tags)) for one in starts]
        at += 8 + size
    return found


def _identifier(descriptor: bytes, at: int) -> str | None:
    head = descriptor[at : at + 4]
    if len(head) < 4 or not head[3]:  # noqa: PLR2004 - code set, type, reserved, length
        return None
    name = descriptor[at + 4 : at + 4 + head[3]]
    if len(name) < head[3]:
        return None
    return name.decode("ascii", "replace").strip(" \0") or None


def _number(data: bytes, at: int, length: int) -> int:
    return int.from_bytes(data[at : at + length], "big")


def numbers(identifiers: Sequence[str | None], serials: Mapping[str, str]) -> dict[str, int]:
    """Return which number each drive has in a library, by name; `serials` by name too.

    A library gives the serial number alone, or vendor and product in front of it.
    """
    return {
        drive: number
        for number, told in enumerate(identifiers)
        for drive, serial in serials.items()
        if told and serial and told.split()[-1] == serial
    }


def tape_alerts(data: bytes) -> tuple[TapeAlert, ...]:
    """Return the flags that are on in log page 0x2e, SSC-3 8.2.3."""
    if len(data) < 4 or data[0] & 0x3F != 0x2E:  # noqa: PLR2004 - the page's header
        return ()
    at, found = 4, []
    while at + 4 < len(data):
        number, length = _number(data, at, 2), data[at + 3]
        if length and data[at + 4] & 1:
            found.append(alert(number))
        at += 4 + length
    return tuple(found)
