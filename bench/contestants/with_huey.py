"""Huey, on Valkey."""

import os
from collections.abc import Callable
from typing import Any

from huey import RedisHuey

from bench import ledger
from bench.contestants import REDIS
from bench.ground import WORKERS, Ground, program

app = RedisHuey("bench", url=os.environ.get(REDIS), results=False)


@app.task()
def noop() -> None:
    """Note that it ran."""
    ledger.stamp()


def submitter(_kind: str) -> Callable[[], Any]:
    """Return what takes one job in."""
    return noop


class STAFF:
    """A consumer with processes."""

    @staticmethod
    def environment(here: Ground, book: str) -> dict[str, str]:
        """Return where its queue is."""
        return here.environment(**{REDIS: here.redis(4), ledger.VARIABLE: book})

    @staticmethod
    def workers() -> list[tuple[str, ...]]:
        """Return its consumer's command."""
        words = ("-k", "process", "-w", str(WORKERS), "--quiet")
        return [(program("huey_consumer"), f"{__name__}.app", *words)]
