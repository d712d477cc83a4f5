"""What can be wrong with mhvtl's files: said before they are put in place, for it costs a kernel.

mhvtl's daemons start on files that contradict each other, report success, and take the module
`mhvtl` with them. So a change is refused while it is text.
"""

from dataclasses import dataclass
from enum import StrEnum


class Flaw(StrEnum):
    """One way in which the files can be wrong."""

    VERSION = "version"
    UNREADABLE = "unreadable"
    MISPLACED = "misplaced"
    ID_TWICE = "id_twice"
    ID_TOO_LARGE = "id_too_large"
    ADDRESS_TWICE = "address_twice"
    SERIAL_MISSING = "serial_missing"
    SERIAL_TOO_LONG = "serial_too_long"
    SERIAL_TWICE = "serial_twice"
    NAA_TWICE = "naa_twice"
    LIBRARY_MISSING = "library_missing"
    PLACE_MISSING = "place_missing"
    PLACE_TWICE = "place_twice"
    PLACE_BEYOND = "place_beyond"
    CONTENTS_MISSING = "contents_missing"
    DRIVE_MISSING = "drive_missing"
    PICKER_MISSING = "picker_missing"
    GAP = "gap"
    BARCODE_UNFIT = "barcode_unfit"
    BARCODE_TWICE = "barcode_twice"
    DENSITY_UNFIT = "density_unfit"
    HOME_RELATIVE = "home_relative"
    HOME_WITHIN = "home_within"
    HOME_SHARED = "home_shared"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, and where: `record` is `Drive 12` or `Slot 3`, as it stands there.

    `line` counts from 1; 0 means the file as a whole.
    """

    flaw: Flaw
    file: str
    line: int
    record: str
    text: str

    @property
    def sentence(self) -> str:
        """The problem as people read it: file and line, the record, what is wrong."""
        at = f"{self.file} line {self.line}" if self.line else self.file
        return f"{at}: {f'{self.record}: ' if self.record else ''}{self.text}"

    @property
    def is_tolerable(self) -> bool:
        """True for what works as long as nobody adds to it: mhvtl's own example shares a home."""
        return self.flaw in (Flaw.HOME_SHARED, Flaw.SERIAL_TOO_LONG)


def brought(after: tuple[Problem, ...], before: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Return what forbids a change: each problem after it, but for the tolerable ones of before."""
    known = {(one.flaw, one.file, one.record) for one in before if one.is_tolerable}
    return tuple(one for one in after if (one.flaw, one.file, one.record) not in known)
