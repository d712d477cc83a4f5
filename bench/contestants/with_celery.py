"""Celery by itself, on Valkey: no results, no events, defaults else."""

import os
from collections.abc import Callable
from typing import Any

from celery import Celery

from bench import ledger
from bench.contestants import REDIS
from bench.ground import WORKERS, Ground, program

app = Celery("bench", broker=os.environ.get(REDIS))
app.conf.task_ignore_result = True


@app.task
def noop() -> None:
    """Note that it ran."""
    ledger.stamp()


def submitter(_kind: str) -> Callable[[], Any]:
    """Return what takes one job in."""
    return noop.apply_async


class STAFF:
    """A pool of processes."""

    @staticmethod
    def environment(here: Ground, book: str) -> dict[str, str]:
        """Return where its queue is."""
        return here.environment(**{REDIS: here.redis(1), ledger.VARIABLE: book})

    @staticmethod
    def workers() -> list[tuple[str, ...]]:
        """Return its worker's command."""
        concurrency = f"--concurrency={WORKERS}"
        return [(program("celery"), "-A", __name__, "worker", concurrency, "--loglevel=WARNING")]
