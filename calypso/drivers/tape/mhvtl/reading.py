"""What mhvtl's programs print, as values. Pure."""

import re
from dataclasses import dataclass

from calypso.drivers.tape import CartridgeKind, TapeError

# Source: mhvtl include/vtlcart.h. Several products share a code; what is asked for must fit.
DENSITY_CODES = {
    "LTO1": 0x40, "LTO2": 0x42, "LTO3": 0x44, "LTO4": 0x46, "LTO5": 0x58, "LTO6": 0x5A,
    "LTO7": 0x5C, "LTO8": 0x5E,
    "J1A": 0x51, "E05": 0x52, "E06": 0x53, "E07": 0x54,
    "AIT1": 0x30, "AIT2": 0x31, "AIT3": 0x32, "AIT4": 0x33,
    "T10KA": 0x4A, "T10KB": 0x4B, "T10KC": 0x4C,
    "9840A": 0x42, "9840B": 0x42, "9840C": 0x45, "9840D": 0x46, "9940A": 0x43, "9940B": 0x44,
    "DLT3": 0x19, "DLT4": 0x1B, "SDLT220": 0x48, "SDLT320": 0x49, "SDLT600": 0x4A,
    "DDS1": 0x13, "DDS2": 0x24, "DDS3": 0x25, "DDS4": 0x26,
}  # fmt: skip
_KINDS = (
    ("Cleaning media", CartridgeKind.CLEANING),
    ("Normal data", CartridgeKind.DATA),
    ("Write Once Read Many", CartridgeKind.WORM),
)
_DENSITY = re.compile(r"(?m)^Media density code: 0x([0-9a-f]+)")
_CAPACITY = re.compile(r"(?m)^Tape Capacity +: (\d+) ")
_REMAINING = re.compile(r"(?m)^Remaining Tape Capacity : (\d+) ")
_KIND = re.compile(r"(?m)^Media type +: (.+)")
_TAB = re.compile(r"(?m)^Media +: (Write-protected|read-write)")
_VERSION = re.compile(r"(?m)^Version: *(\S+)")
_MODULE = re.compile(r"(?m)^(version|vermagic): +(\S+)")


@dataclass(frozen=True)
class Memory:
    """What a cartridge's memory says: what it is, how large, how much room is left."""

    density_code: int
    kind: CartridgeKind | None
    capacity_bytes: int
    remaining_bytes: int
    is_write_protected: bool

    @property
    def used_bytes(self) -> int:
        """How much is recorded."""
        return max(0, self.capacity_bytes - self.remaining_bytes)


@dataclass(frozen=True)
class Module:
    """The kernel module on disk: its version and the kernel it was built for."""

    version: str
    kernel: str


def memory(text: str) -> Memory:
    """Return what `dump_tape` says first; TapeError when it does not say it."""
    kind = _said(_KIND, text)
    return Memory(
        density_code=int(_said(_DENSITY, text), 16),
        kind=next((value for words, value in _KINDS if kind.startswith(words)), None),
        capacity_bytes=int(_said(_CAPACITY, text)),
        remaining_bytes=int(_said(_REMAINING, text)),
        is_write_protected=_said(_TAB, text) == "Write-protected",
    )


def version(usage: str) -> str | None:
    """Return the version that a usage text names."""
    told = _VERSION.search(usage)
    return None if told is None else told[1]


def module(text: str) -> Module:
    """Return what `modinfo` says of the module."""
    told = dict(_MODULE.findall(text))
    return Module(version=told.get("version", ""), kernel=told.get("vermagic", ""))


def _said(pattern: re.Pattern[str], text: str) -> str:
    told = pattern.search(text)
    if told is None:
        words = pattern.pattern.removeprefix("(?m)^").partition(" ")[0]
        raise TapeError(f"mhvtl's output lacks the line that begins with {words}.", original=text)
    return told[1]
