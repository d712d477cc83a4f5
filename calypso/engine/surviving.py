"""Loops that others rely on go on after a mistake of ours; it is logged each time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

log = structlog.get_logger()
PAUSE_S = 1.0


@contextmanager
def surviving(what: str, *, pause_s: float = PAUSE_S) -> Iterator[None]:
    """Log with its traceback whatever goes wrong inside, and pause, so that a loop goes on.

    For the top of a thread only: a thread that ended would leave jobs without heartbeats or a node
    without a sweeper, and nobody would hear of it.
    """
    try:
        yield
    except Exception:
        log.exception("loop.failed", loop=what)
        time.sleep(pause_s)
