"""What a tape drive says about itself, and what a stream to or from one has moved."""

from enum import StrEnum

from calypso.drivers.tape.values import Value


class DriveState(StrEnum):
    """What a drive can be used for now."""

    EMPTY = "empty"
    LOADED = "loaded"  # a cartridge is in and ready
    NOT_READY = "not_ready"  # a cartridge is in and is not, or not yet, ready
    BUSY = "busy"  # somebody has it open; nothing more is known meanwhile
    CLEANING = "cleaning"
    OFFLINE = "offline"  # it does not answer


class TapeAlert(Value):
    """A flag that a drive has raised; numbers and names are those of the TapeAlert standard."""

    number: int
    name: str


class Drive(Value):
    """A drive. `number` is its place in `library`; None where it stands alone or nobody knows.

    `file` counts the file marks before the present position, `block` the blocks since the last;
    None where the drive does not know. `block_bytes` 0: blocks may have any length. `source` is
    the slot that the cartridge came from.
    """

    serial: str
    library: str | None
    number: int | None
    vendor: str
    product: str
    revision: str
    device: str
    state: DriveState
    reason: str | None = None
    barcode: str | None = None
    source: int | None = None
    file: int | None = None
    block: int | None = None
    is_at_start: bool = False
    is_at_mark: bool = False
    is_at_end: bool = False
    is_write_protected: bool | None = None
    is_encrypting: bool | None = None
    block_bytes: int | None = None
    density: str | None = None
    tape_alerts: tuple[TapeAlert, ...] = ()

    @property
    def needs_cleaning(self) -> bool:
        """True when it asks for a cleaning cartridge: now, or soon."""
        return any(alert.number in CLEANING_ALERTS for alert in self.tape_alerts)


class Streamed(Value):
    """What went to or came from a tape: one tape file, or what of it there was room for.

    `is_marked`: a file mark ends it on the tape. Without one its writer was cut off.
    """

    bytes: int
    blocks: int
    is_marked: bool = True


CLEANING_ALERTS = frozenset({20, 21})
# Source: TapeAlert Specification v3, SSC-3 annex A.
ALERT_NAMES: dict[int, str] = {
    1: "Read warning",
    2: "Write warning",
    3: "Hard error",
    4: "Media",
    5: "Read failure",
    6: "Write failure",
    7: "Media life",
    8: "Not data grade",
    9: "Write protect",
    10: "Media removal prevented",
    11: "Cleaning media",
    12: "Unsupported format",
    13: "Recoverable mechanical cartridge failure",
    14: "Unrecoverable mechanical cartridge failure",
    15: "Memory chip in cartridge failure",
    16: "Forced eject",
    17: "Read only format",
    18: "Tape directory corrupted on load",
    19: "Nearing media life",
    20: "Clean now",
    21: "Clean periodic",
    22: "Expired cleaning media",
    23: "Invalid cleaning tape",
    24: "Retension requested",
    25: "Multi-port interface error on a primary port",
    26: "Cooling fan failure",
    27: "Power supply failure",
    28: "Power consumption",
    29: "Drive preventive maintenance required",
    30: "Hardware A",
    31: "Hardware B",
    32: "Primary interface",
    33: "Eject media",
    34: "Microcode update fail",
    35: "Drive humidity",
    36: "Drive temperature",
    37: "Drive voltage",
    38: "Predictive failure",
    39: "Diagnostics required",
    49: "Diminished native capacity",
    50: "Lost statistics",
    51: "Tape directory invalid at unload",
    52: "Tape system area write failure",
    53: "Tape system area read failure",
    54: "No start of data",
    55: "Loading or threading failure",
    56: "Unrecoverable unload failure",
    57: "Automation interface failure",
    58: "Microcode failure",
    59: "WORM volume - integrity check failed",
    60: "WORM volume - overwrite attempted",
}


def alert(number: int) -> TapeAlert:
    """Return a flag with its name."""
    return TapeAlert(number=number, name=ALERT_NAMES.get(number, f"TapeAlert {number}"))
