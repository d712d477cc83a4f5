"""One listener's queue: bounded, so that a slow one costs itself its stream and nobody else."""

import queue
from collections.abc import Callable
from dataclasses import dataclass
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
        self._notes: queue.Queue[Note | None] = queue.Queue(size + 1)
        self._size = size

    def offer(self, note: Note) -> None:
        """Add a note if it is wanted; when there is no room, the listener is let go."""
        if self.closed or not self.wants(note):
            return
        if self._notes.qsize() >= self._size:
            self.close()
            self._hang_up()
            return
        self._notes.put_nowait(note)

    def take(self, timeout_s: float) -> Note | None:
        """Return the next note, or None after the timeout or when closed."""
        try:
            return self._notes.get(timeout=max(0.0, timeout_s))
        except queue.Empty:
            return None

    def close(self) -> None:
        """End the listening; what is queued is not told any more."""
        if not self.closed:
            self.closed = True
            self._notes.put_nowait(None)
