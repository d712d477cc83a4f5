"""Let a stream through no faster than at a rate."""

import time
from collections.abc import Callable
from typing import BinaryIO

CHUNK_BYTES = 64 << 10
BURST_S = 0.25  # what may come at once after a pause; the mean over any longer time is the rate


def throttle(
    source: BinaryIO,
    to: BinaryIO,
    rate_bytes_per_s: int,
    *,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Copy all of `source`; returns at its end."""
    free_at = clock()
    size = max(1, min(CHUNK_BYTES, int(rate_bytes_per_s * BURST_S)))
    while data := source.read(size):
        now = clock()
        free_at = max(free_at, now - BURST_S) + len(data) / rate_bytes_per_s
        if (wait_s := free_at - now) > 0:
            pause(wait_s)
        to.write(data)
        to.flush()
