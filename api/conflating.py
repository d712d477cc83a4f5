"""At most so many progress notes a second for each job; the latest is never lost."""

import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

INTERVAL_S = 0.5
FORGET_AFTER_S = 60.0


class Conflator:
    """Lets a job's note through at once when it has been quiet, else holds back the latest."""

    def __init__(
        self, *, interval_s: float = INTERVAL_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._interval_s = interval_s
        self._clock = clock
        self._lock = threading.Lock()
        self._told: dict[UUID, float] = {}
        self._held: dict[UUID, dict[str, Any]] = {}

    def offer(self, job_id: UUID, data: dict[str, Any]) -> bool:
        """Tell whether this note may go out now; else it is kept for `due`."""
        with self._lock:
            now = self._clock()
            if now - self._told.get(job_id, float("-inf")) >= self._interval_s:
                self._told[job_id] = now
                self._held.pop(job_id, None)
                return True
            self._held[job_id] = data
            return False

    def due(self) -> list[dict[str, Any]]:
        """Return the notes that may go out now, and forget jobs that went quiet."""
        with self._lock:
            now = self._clock()
            ready = [one for one in self._held if now - self._told[one] >= self._interval_s]
            notes = [self._held.pop(one) for one in ready]
            self._told.update(dict.fromkeys(ready, now))
            self._told = {one: at for one, at in self._told.items() if now - at < FORGET_AFTER_S}
            return notes

    def due_in_s(self, longest_s: float) -> float:
        """Return seconds until a held note may go out, at most `longest_s`."""
        with self._lock:
            now = self._clock()
            waits = [self._told[one] + self._interval_s - now for one in self._held]
            return max(0.01, min([longest_s, *waits]))

    def forget(self, job_id: UUID) -> None:
        """Drop what is held back of a job: its state has changed since."""
        with self._lock:
            self._held.pop(job_id, None)
