"""Locks on a tree of paths: what a job excludes while it runs.

Multi-granularity locking: a lock on `storage/tank/home` puts an intention on `storage/tank` and
`storage`. The matrix is the textbook one; the lock book itself is in the store.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

MAX_PATH_LENGTH = 1000


class Mode(StrEnum):
    """How strongly a path is held; in order of strength."""

    IS = "IS"
    IX = "IX"
    S = "S"
    SIX = "SIX"
    X = "X"

    @property
    def word(self) -> str:
        """The word people read: exclusive, shared or present."""
        return _WORDS[self]


_WORDS = {
    Mode.X: "exclusive",
    Mode.SIX: "exclusive",
    Mode.S: "shared",
    Mode.IX: "present",
    Mode.IS: "present",
}
CLASHES: Mapping[Mode, frozenset[Mode]] = {
    Mode.IS: frozenset({Mode.X}),
    Mode.IX: frozenset({Mode.S, Mode.SIX, Mode.X}),
    Mode.S: frozenset({Mode.IX, Mode.SIX, Mode.X}),
    Mode.SIX: frozenset({Mode.IX, Mode.S, Mode.SIX, Mode.X}),
    Mode.X: frozenset(Mode),
}


@dataclass(frozen=True)
class Lock:
    """One path held in one mode. Paths have no empty part: `storage/tank/home`."""

    path: str
    mode: Mode

    def __post_init__(self) -> None:
        if not self.path or len(self.path) > MAX_PATH_LENGTH or "" in self.path.split("/"):
            raise ValueError(f"not a lock path: {self.path[:80]!r}")


def exclusive(*parts: str) -> Lock:
    """Lock the thing that changes: nobody else may read or change it or anything below."""
    return Lock("/".join(parts), Mode.X)


def shared(*parts: str) -> Lock:
    """Lock what is read as a whole: nobody may change it or anything below."""
    return Lock("/".join(parts), Mode.S)


def present(*parts: str) -> Lock:
    """Say that the thing must not vanish while the job works; others may use it."""
    return Lock("/".join(parts), Mode.IS)


def disk(name: str) -> Lock:
    """Lock one disk, by its path or by the name a pool shows: nobody else may use or change it."""
    return exclusive(
        "disk", name.removeprefix("/").removeprefix("dev/disk/by-id/").replace("/", "|")
    )


def merge(modes: Iterable[Mode]) -> Mode:
    """Return the weakest mode that allows what each of `modes` allows."""
    have = set(modes)
    if Mode.X in have:
        return Mode.X
    if Mode.SIX in have or {Mode.S, Mode.IX} <= have:
        return Mode.SIX
    return max(have, key=list(Mode).index)


def expand(locks: Iterable[Lock]) -> dict[str, Mode]:
    """Return every path that is touched, ancestors with their intentions, modes merged."""
    wanted: dict[str, set[Mode]] = {}
    for lock in locks:
        parts = lock.path.split("/")
        intention = Mode.IS if lock.mode in (Mode.S, Mode.IS) else Mode.IX
        for depth in range(1, len(parts)):
            wanted.setdefault("/".join(parts[:depth]), set()).add(intention)
        wanted.setdefault(lock.path, set()).add(lock.mode)
    return {path: merge(modes) for path, modes in wanted.items()}
