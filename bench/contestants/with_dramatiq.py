"""Dramatiq, on Valkey."""

import os
from collections.abc import Callable
from typing import Any

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from bench import ledger
from bench.contestants import REDIS
from bench.ground import WORKERS, Ground, program

if REDIS in os.environ:
    dramatiq.set_broker(RedisBroker(url=os.environ[REDIS]))


@dramatiq.actor
def noop() -> None:
    """Note that it ran."""
    ledger.stamp()


def submitter(_kind: str) -> Callable[[], Any]:
    """Return what takes one job in."""
    return noop.send


class STAFF:
    """Processes of one thread."""

    @staticmethod
    def environment(here: Ground, book: str) -> dict[str, str]:
        """Return where its queue is."""
        return here.environment(**{REDIS: here.redis(2), ledger.VARIABLE: book})

    @staticmethod
    def workers() -> list[tuple[str, ...]]:
        """Return its workers' command."""
        return [(program("dramatiq"), __name__, "--processes", str(WORKERS), "--threads", "1")]
