"""How a running job learns that it must stop, even while it waits for a process."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum

from calypso.errors import CalypsoError, JobCancelled, JobFenced, JobTimedOut


class Stop(Enum):
    """Why a job must stop; in order of urgency, the later one wins."""

    CANCELLED = 1
    TIMED_OUT = 2
    FENCED = 3


_ERRORS: dict[Stop, Callable[[], CalypsoError]] = {
    Stop.CANCELLED: lambda: JobCancelled("Cancelled on request."),
    Stop.TIMED_OUT: lambda: JobTimedOut("The job ran longer than its type allows."),
    Stop.FENCED: lambda: JobFenced("Another run owns this job now."),
}


class StopSignal:
    """One job's order to stop: set from any thread, waited for with select().

    `hold()` makes a cancel or a timeout wait while something is finished that must not be cut;
    a fenced job is stopped at once, since somebody else may work on the same thing.
    """

    def __init__(self) -> None:
        self._fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._lock = threading.Lock()
        self._reason: Stop | None = None
        self._held = 0

    def request(self, reason: Stop) -> None:
        """Ask the job to stop; asking twice is as good as once."""
        with self._lock:
            if self._reason is None or reason.value > self._reason.value:
                self._reason = reason
            self._show()

    @property
    def requested(self) -> Stop | None:
        """Why the job was asked to stop, held back or not."""
        return self._reason

    @property
    def pending(self) -> Stop | None:
        """Why the job must stop now; None while nobody asked or it is held back."""
        if self._held and self._reason is not Stop.FENCED:
            return None
        return self._reason

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Keep a cancel waiting while the body runs."""
        self._move(1)
        try:
            yield
        finally:
            self._move(-1)

    def check(self) -> None:
        """Raise JobCancelled, JobTimedOut or JobFenced when the job must stop now."""
        if (reason := self.pending) is not None:
            error = _ERRORS[reason]()
            raise error

    def fileno(self) -> int:
        """Return a descriptor that is readable while the job must stop now."""
        return self._fd

    def close(self) -> None:
        """Give the descriptor back; a later request is remembered, but wakes nobody."""
        with self._lock:
            if self._fd >= 0:
                os.close(self._fd)
            self._fd = -1

    def _move(self, step: int) -> None:
        with self._lock:
            self._held += step
            self._show()

    def _show(self) -> None:
        """Make the descriptor say what `pending` says."""
        if self._fd < 0:
            return
        if self.pending is not None:
            os.eventfd_write(self._fd, 1)
            return
        try:
            os.eventfd_read(self._fd)
        except BlockingIOError:
            return
