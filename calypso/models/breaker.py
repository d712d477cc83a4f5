"""After one failure, leave a server alone for a while: an outage must not slow anybody."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from calypso.models.clock import now

T = TypeVar("T")
PAUSE_S = 2.0


class Breaker:
    """Calls a server; while it is away, answers with the fallback at once."""

    def __init__(
        self,
        *errors: type[Exception],
        pause_s: float = PAUSE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._errors = errors
        self._pause_s = pause_s
        self._clock = clock
        self._open_until = 0.0
        self.down_since: datetime | None = None

    def call(self, ask: Callable[[], T], fallback: T) -> T:
        """Return what `ask` returns, or the fallback when the server is or just was away."""
        if self._clock() < self._open_until:
            return fallback
        try:
            answer = ask()
        except self._errors:
            self._open_until = self._clock() + self._pause_s
            self.down_since = self.down_since or now()
            return fallback
        self.down_since = None
        return answer
