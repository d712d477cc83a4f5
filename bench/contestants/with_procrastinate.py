"""Procrastinate, on PostgreSQL with the settings that Calypso has."""

import os
from collections.abc import Callable
from typing import Any

import procrastinate

from bench import ledger
from bench.contestants import DATABASE
from bench.ground import WORKERS, Ground, plain, program

THREADS = 8
app = procrastinate.App(
    connector=procrastinate.PsycopgConnector(
        conninfo=os.environ.get(DATABASE, ""), min_size=1, max_size=THREADS
    )
)


@app.task(queue="bench")
def noop() -> None:
    """Note that it ran."""
    ledger.stamp()


def submitter(_kind: str) -> Callable[[], Any]:
    """Return what takes one job in."""
    app.open()
    return noop.defer


class STAFF:
    """Processes that each run one job at a time."""

    @staticmethod
    def environment(here: Ground, book: str) -> dict[str, str]:
        """Return where its tables are."""
        address = plain(here.database())
        made = procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=address))
        with made.open():
            made.schema_manager.apply_schema()
        return here.environment(**{DATABASE: address, ledger.VARIABLE: book})

    @staticmethod
    def workers() -> list[tuple[str, ...]]:
        """Return its workers' commands."""
        words = (f"--app={__name__}.app", "worker", "--concurrency=1", "--queues=bench")
        return [(program("procrastinate"), *words)] * WORKERS
