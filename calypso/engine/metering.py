"""What a process counts for the scrapes of others: how long jobs and commands took, how they ended.

Kept here until the next flush, so that an outage of Redis loses nothing; added up there.
"""

import threading
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath

from calypso.engine.ports import Live
from calypso.host import Ran
from calypso.models.counts import BOUNDS_S, Count

FLUSH_S = 1.0
MOST_PROGRAMS = 100  # in a process; what is beyond counts as one
OTHER = "other"


class Meter:
    """The counts of one process, for its node. All verbs may be called from any thread."""

    def __init__(
        self, live: Live, node: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._live, self._node, self._clock = live, node, clock
        self._lock = threading.Lock()
        self._counts: dict[str, float] = defaultdict(float)
        self._programs: set[str] = set()
        self._flushed_at = 0.0

    def count(self, name: str, *labels: str, by: float = 1) -> None:
        """Add to a counter."""
        self._add({Count(name, labels).field: by})

    def took(self, name: str, *labels: str, seconds: float) -> None:
        """Add a duration to a histogram."""
        bound = "inf" if seconds > BOUNDS_S[-1] else f"{BOUNDS_S[bisect_left(BOUNDS_S, seconds)]:g}"
        self._add({
            Count(name, labels, bound).field: 1,
            Count(name, labels, "sum").field: max(0.0, seconds),
        })  # fmt: skip

    def ran(self, subsystem: str, ran: Ran) -> None:
        """Add a command of a driver."""
        program = self._program(ran.argv)
        self.took("command", subsystem, program, seconds=ran.elapsed_s)
        if not ran.ok:
            self.count("command_failures", subsystem, program)

    def flush(self, *, now: bool = False) -> None:
        """Hand the counts on, at most once a second; kept for the next time while Redis is away."""
        if not now and self._clock() - self._flushed_at < FLUSH_S:
            return
        with self._lock:
            taken, self._counts = self._counts, defaultdict(float)
            self._flushed_at = self._clock()
        if taken and not self._live.add(self._node, taken):
            self._add(taken)

    def _add(self, counts: Mapping[str, float]) -> None:
        with self._lock:
            for field, by in counts.items():
                self._counts[field] += by

    def _program(self, argv: Sequence[str]) -> str:
        name = PurePath(argv[0]).name if argv else OTHER
        with self._lock:
            if name not in self._programs and len(self._programs) >= MOST_PROGRAMS:
                return OTHER
            self._programs.add(name)
        return name
