"""What mtx, mt and sg3-utils say when they refuse, as the refusals of the tape protocol.

The only room that knows these texts. Measured on mtx 1.3.12, mt-st 1.7 and sg3-utils 1.46 under
LC_ALL=C. Exit codes say little (1, 2, 9), so the text decides, and sense data where there are some.
"""

import re
from dataclasses import dataclass

from calypso.drivers.tape import (
    DriveBusy,
    DriveEmpty,
    DriveFull,
    DriveMissing,
    DriveNotReady,
    DriveOffline,
    ElementBlocked,
    LibraryInUse,
    LibraryOffline,
    MediumDamaged,
    MediumUnfit,
    NotPermitted,
    RemovalPrevented,
    RobotJammed,
    SlotEmpty,
    SlotFull,
    SlotMissing,
    TapeError,
    Unsupported,
    WormViolation,
    WriteProtected,
)
from calypso.host import Ran

UNIT_ATTENTION = "Unit Attention"  # something has happened before; the command was not done

# mtx: the first that fits counts.
_Table = tuple[tuple[str, type[TapeError], str], ...]
_LIBRARY: _Table = (
    (r"Drive \d+ Full", DriveFull, "Unload it first."),
    (r"Data Transfer Element \d+ is Empty", DriveEmpty, ""),
    (r"Source Element Address \d+ is Empty", SlotEmpty, ""),
    (r"(Destination Element Address|Storage Element) \d+ is Already Full", SlotFull, ""),
    (r"Invalid <storage-element-number>", SlotMissing, ""),
    (r"illegal <drive-number>", DriveMissing, ""),
    (r"Permission denied", NotPermitted, "Run the worker as root, or in the group tape."),
    (r"Device or resource busy", LibraryInUse, "Somebody else has the changer open."),
    (r"cannot open SCSI device|is not an sg device", LibraryOffline, "Look for it: tape.scan."),
)
_DRIVE: _Table = (
    (r"Device or resource busy", DriveBusy, "Wait for it, or cancel what uses it."),
    (r"Permission denied", NotPermitted, "Run the worker as root, or in the group tape."),
    (r"No medium found", DriveEmpty, ""),
    (r"Read-only file system", WriteProtected, "Move the tab of the cartridge first."),
    (r"No such (file or directory|device)", DriveOffline, "Look for it: tape.scan."),
    (r"Input/output error", MediumDamaged, "See the log of the kernel."),
)


@dataclass(frozen=True)
class Sense:
    """What a device says about a command that failed. `asc` and `ascq` are hexadecimal numbers."""

    key: str
    asc: int
    ascq: int

    def __str__(self) -> str:
        text = _WORDS.get((self.asc, self.ascq)) or _WORDS.get((self.asc, -1))
        code = f"{self.asc:02X}/{self.ascq:02X}"
        return f"{self.key}, {text} ({code})" if text else f"{self.key} ({code})"


# What the codes mean, and for whom. Source: SPC-4 annex D. -1 stands for every qualifier.
_WORDS = {
    (0x04, 0x01): "is becoming ready",
    (0x04, 0x03): "manual intervention required",
    (0x04, 0x12): "offline",
    (0x15, -1): "positioning error",
    (0x20, 0x00): "invalid command operation code",
    (0x21, 0x01): "invalid element address",
    (0x27, -1): "write protected",
    (0x30, 0x03): "cleaning cartridge installed",
    (0x30, 0x0C): "WORM medium, overwrite attempted",
    (0x30, -1): "incompatible medium",
    (0x3A, -1): "medium not present",
    (0x3B, 0x0D): "medium destination element full",
    (0x3B, 0x0E): "medium source element empty",
    (0x3B, 0x11): "medium magazine not accessible",
    (0x3B, 0x12): "medium magazine removed",
    (0x3B, 0x18): "element disabled",
    (0x53, 0x00): "media load or eject failed",
    (0x53, 0x02): "medium removal prevented",
}
_MEANINGS: dict[tuple[int, int], type[TapeError]] = {
    (0x04, 0x03): RobotJammed,
    (0x04, -1): LibraryOffline,
    (0x15, -1): RobotJammed,
    (0x20, 0x00): Unsupported,
    (0x21, 0x01): SlotMissing,
    (0x27, -1): WriteProtected,
    (0x30, 0x0C): WormViolation,
    (0x30, -1): MediumUnfit,
    (0x3A, -1): DriveEmpty,
    (0x3B, 0x0D): SlotFull,
    (0x3B, 0x0E): SlotEmpty,
    (0x3B, -1): ElementBlocked,
    (0x53, 0x00): RobotJammed,
    (0x53, 0x02): RemovalPrevented,
}
_KEYS: dict[str, type[TapeError]] = {
    "Not Ready": DriveNotReady,
    "Medium Error": MediumDamaged,
    "Hardware Error": RobotJammed,
    "Data Protect": WriteProtected,
}
_MTX_SENSE = re.compile(
    r"Sense Key=(?P<key>.+)\n(?:.*\n)*?.*Additional Sense Code = (?P<asc>[0-9A-Fa-f]+)\n"
    r".*Additional Sense Qualifier = (?P<ascq>[0-9A-Fa-f]+)"
)
_SG_KEY = re.compile(r"[Ss]ense [Kk]ey: (?P<key>[^\n\[]+?) *(\[.*)?$", re.MULTILINE)
_SG_WORDS = re.compile(r"Additional sense: (?P<words>.+?) *$", re.MULTILINE)
_SG_MEANINGS: tuple[tuple[str, type[TapeError]], ...] = (
    (r"[Ii]nvalid command operation code|Invalid opcode|not supported", Unsupported),
    (r"[Mm]edium not present", DriveEmpty),
    (r"[Ww]rite protected", WriteProtected),
    (r"overwrite attempted", WormViolation),
)


def library(ran: Ran, about: str) -> TapeError:
    """Return the refusal that mtx means; `about` says in words what was to be done."""
    if found := sense(ran.stderr):
        kind = _meaning(found) or _KEYS.get(found.key, TapeError)
        return kind(f"{about}: the library says {found}.", original=ran.stderr)
    return _by_text(ran, about, _LIBRARY)


def drive(ran: Ran, about: str) -> TapeError:
    """Return the refusal that mt means."""
    return _by_text(ran, about, _DRIVE)


def raw(ran: Ran, about: str) -> TapeError:
    """Return the refusal that a program of sg3-utils means."""
    key, words = _SG_KEY.search(ran.stderr), _SG_WORDS.search(ran.stderr)
    told = ", ".join(one for one in (key and key["key"], words and words["words"]) if one)
    kinds = (kind for pattern, kind in _SG_MEANINGS if re.search(pattern, ran.stderr))
    kind = next(kinds, _KEYS.get(key["key"] if key else "", TapeError))
    return kind(f"{about}: the device says {told or ran.complaint}.", original=ran.stderr)


def sense(text: str) -> Sense | None:
    """Return the first sense data that mtx printed."""
    told = _MTX_SENSE.search(text)
    return Sense(told["key"].strip(), int(told["asc"], 16), int(told["ascq"], 16)) if told else None


def is_attention(ran: Ran) -> bool:
    """Tell whether a command was not done because something else had to be said first."""
    found = sense(ran.stderr)
    return found is not None and found.key == UNIT_ATTENTION


def _meaning(found: Sense) -> type[TapeError] | None:
    return _MEANINGS.get((found.asc, found.ascq)) or _MEANINGS.get((found.asc, -1))


def _by_text(ran: Ran, about: str, table: _Table) -> TapeError:
    for pattern, kind, way_out in table:
        if re.search(pattern, ran.stderr):
            return kind(f"{about}: {ran.complaint}. {way_out}".strip(), original=ran.stderr)
    return TapeError(f"{about}: {ran.complaint}.", original=ran.stderr or ran.stdout)
