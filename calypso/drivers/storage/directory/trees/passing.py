"""Let a stream through: counted, and no faster than at a rate."""

import time
from collections.abc import Callable
from io import BufferedIOBase

from calypso.drivers.storage.directory.trees.report import Meter

CHUNK_BYTES = 64 << 10
BURST_S = 0.25  # what may come at once after a pause; the mean over any longer time is the rate


def pass_on(
    source: BufferedIOBase,
    to: BufferedIOBase,
    rate_bytes_per_s: int | None,
    *,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Copy all of `source` and say how much it was; returns at its end."""
    limit = None if rate_bytes_per_s is None else _Limit(rate_bytes_per_s, clock, pause)
    meter = Meter("passed on")
    while data := source.read1(CHUNK_BYTES if limit is None else limit.chunk_bytes):
        if limit is not None:
            limit.wait(len(data))
        to.write(data)
        to.flush()
        meter.add(len(data))
    meter.say()


class _Limit:
    """Makes each chunk wait until those before it have had their time."""

    def __init__(
        self, rate_bytes_per_s: int, clock: Callable[[], float], pause: Callable[[float], None]
    ) -> None:
        self._rate, self._clock, self._pause = rate_bytes_per_s, clock, pause
        self._free_at = clock()
        self.chunk_bytes = max(1, min(CHUNK_BYTES, int(rate_bytes_per_s * BURST_S)))

    def wait(self, size_bytes: int) -> None:
        now = self._clock()
        self._free_at = max(self._free_at, now - BURST_S) + size_bytes / self._rate
        if (wait_s := self._free_at - now) > 0:
            self._pause(wait_s)
