"""How `up` hears that it should end: Ctrl-C, SIGTERM, or its terminal closing."""

import os
import select
import signal
from contextlib import suppress
from types import TracebackType
from typing import Self

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class EndAsked(Exception):
    """Somebody asked for the end during a wait."""


class Signals:
    """Counts the wishes to end, and sleeps no longer than until the next signal.

    A child's end wakes it too. Use it in the main thread; it puts back what it found.
    """

    def __init__(self) -> None:
        self.asked = 0
        self._reader, self._writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._before: dict[signal.Signals, signal._HANDLER] = {}

    def __enter__(self) -> Self:
        self._wakeup_before = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        for number in ENDING:
            if not _left_to_nohup(number):
                self._before[number] = signal.signal(number, self._note)
        self._before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup_before)
        os.close(self._reader)
        os.close(self._writer)

    def wait(self, limit_s: float) -> None:
        """Sleep up to the limit, or until a signal comes."""
        select.select([self._reader], [], [], limit_s)
        with suppress(BlockingIOError):
            os.read(self._reader, 512)

    def pause(self, limit_s: float) -> None:
        """Sleep like `wait`; EndAsked when somebody asked for the end, before or meanwhile."""
        if not self.asked:
            self.wait(limit_s)
        if self.asked:
            raise EndAsked

    def _note(self, *_: object) -> None:
        self.asked += 1


def _left_to_nohup(number: signal.Signals) -> bool:
    """Tell whether somebody wants us to outlive the terminal.

    An ignored SIGINT says nothing: every shell script's `&` sets that.
    """
    return number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN
