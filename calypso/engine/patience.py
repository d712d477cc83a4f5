"""Ask the store until it answers: an outage must not decide how a job ends."""

from collections.abc import Callable
from typing import TypeVar

import structlog

from calypso.errors import StoreUnavailable

log = structlog.get_logger()
T = TypeVar("T")
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0


def until_known(ask: Callable[[], T], *, sleep: Callable[[float], None]) -> T:
    """Return what `ask` answers, however long the store is away.

    Only for what may be repeated: reads, and writes that an epoch fences. What `sleep` raises
    ends the waiting.
    """
    pause_s = FIRST_PAUSE_S
    while True:
        try:
            return ask()
        except StoreUnavailable as away:
            log.warning("store.away", error=away.detail, again_in_s=pause_s)
            sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
