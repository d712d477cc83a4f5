"""What `calypso doctor` looks at. Each check returns what it found and never raises."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a thing is."""

    OK = "ok"
    WARN = "warn"
    BROKEN = "broken"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `mend` says what to do when it is not well."""

    name: str
    state: State
    said: str
    mend: str = ""


def ok(name: str, said: str) -> Finding:
    """All is well."""
    return Finding(name, State.OK, said)


def warn(name: str, said: str, mend: str) -> Finding:
    """It works without, but somebody should know."""
    return Finding(name, State.WARN, said, mend)


def broken(name: str, said: str, mend: str) -> Finding:
    """Calypso cannot work like this."""
    return Finding(name, State.BROKEN, said, mend)
