"""One listener's queue: bounded, so that a slow one costs itself its stream and nobody else."""

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

QUEUE_SIZE = 1000


@dataclass(frozen=True)
class Note:
    """Something to tell. `cursor` only where it can be asked for again."""

    event: str
    data: dict[str, Any]
    cursor: str | None = None
    job_id: UUID | None = None
    subsystem: str = ""
    control: bool = False

    @cached_property
    def text(self) -> str:
        """The note as the protocol says, made once for all who hear it."""
        head = f"id: {self.cursor}\n" if self.cursor else ""
        data = json.dumps(self.data, separators=(",", ":"))
        return f"{head}event: {self.event}\ndata: {data}\n\n"


class Subscription:
    """A queue of notes. `wants` decides which; `hang_up` is called when it runs over."""

    def __init__(
        self,
        wants: Callable[[Note], bool],
        *,
        hang_up: Callable[[], None] = lambda: None,
        size: int = QUEUE_SIZE,
    ) -> None:
        self.wants = wants
        self.closed = False
        self._hang_up = hang_up
        self._size = size
        self._notes: deque[Note] = deque()
        self._bell = threading.Lock()  # held while there is nothing to tell
        self._bell.acquire()

    def offer(self, note: Note) -> None:
        """Add a note if it is wanted; when there is no room, the listener is let go."""
        if self.closed or not self.wants(note):
            return
        if len(self._notes) >= self._size:
            self.close()
            self._hang_up()
            return
        self._notes.append(note)
        self._ring()

    def take(self, timeout_s: float) -> Note | None:
        """Return the next note, or None after the timeout or when closed."""
        ends = time.monotonic() + timeout_s
        while not self._notes and not self.closed and (left_s := ends - time.monotonic()) > 0:
            self._bell.acquire(timeout=left_s)  # at once, when it rang for a note taken already
        return self._notes.popleft() if self._notes and not self.closed else None

    def close(self) -> None:
        """End the listening; what is queued is not told any more."""
        if not self.closed:
            self.closed = True
            self._ring()

    def _ring(self) -> None:
        with suppress(RuntimeError):  # it rings already
            self._bell.release()
