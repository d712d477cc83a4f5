"""RQ, on Valkey: it forks for each job, as it does by default."""

import os
from collections.abc import Callable
from functools import partial
from typing import Any

import redis
import rq

from bench import ledger
from bench.contestants import REDIS
from bench.ground import WORKERS, Ground, program


def noop() -> None:
    """Note that it ran."""
    ledger.stamp()


def submitter(_kind: str) -> Callable[[], Any]:
    """Return what takes one job in."""
    queue = rq.Queue("bench", connection=redis.Redis.from_url(os.environ[REDIS]))
    return partial(queue.enqueue, noop, result_ttl=0)


class STAFF:
    """A pool of workers."""

    @staticmethod
    def environment(here: Ground, book: str) -> dict[str, str]:
        """Return where its queue is."""
        url = here.redis(3)
        return here.environment(**{REDIS: url, "RQ_REDIS_URL": url, ledger.VARIABLE: book})

    @staticmethod
    def workers() -> list[tuple[str, ...]]:
        """Return the pool's command."""
        words = ("worker-pool", "bench", "--num-workers", str(WORKERS), "--quiet")
        return [(program("rq"), *words)]
