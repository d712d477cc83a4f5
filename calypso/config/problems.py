"""What is wrong with a configuration: a file's fault, a setting unknown, missing or dangerous."""

from dataclasses import dataclass
from enum import IntEnum

from calypso.config.files import Place


class Level(IntEnum):
    """How bad it is; also the exit code of `calypso config check`."""

    WARNING = 1  # works, and is not what somebody wanted, or lets somebody in
    ERROR = 2  # something does not start, or is not done


@dataclass(frozen=True)
class Problem:
    """One problem: `code` never changes, `setting` is empty where it is about a file."""

    level: Level
    code: str
    message: str
    setting: str = ""
    place: Place | None = None

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        what = f"{self.setting}: " if self.setting else ""
        return f"{where}{what}{self.message}"


def warning(code: str, message: str, *, setting: str = "", place: Place | None = None) -> Problem:
    """Return one that works all the same."""
    return Problem(Level.WARNING, code, message, setting, place)


def error(code: str, message: str, *, setting: str = "", place: Place | None = None) -> Problem:
    """Return one that does not work."""
    return Problem(Level.ERROR, code, message, setting, place)
