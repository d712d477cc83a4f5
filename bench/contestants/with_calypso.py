"""Calypso: the engine as the API has it, and its worker processes."""

from collections.abc import Callable
from functools import partial
from typing import Any

from bench import ledger
from bench.ground import NODE, Ground, python
from calypso.config import load
from calypso.engine.submit import Request, submit
from calypso.models.access import SYSTEM
from calypso.store.migrate import upgrade
from calypso.wiring import House, Role, build

TYPES = {"noop": "system.noop", "stamp": "system.bench_stamp"}
UNFINISHED = """
SELECT EXISTS (SELECT 1 FROM calypso.jobs WHERE node = %s
                AND state IN ('waiting', 'queued', 'running'))"""


def submitter(kind: str) -> Callable[[], Any]:
    """Return what takes one job in: all that POST /jobs does, but for HTTP."""
    house = build(load(), role="api")
    request = Request(type=TYPES[kind], params={})
    return partial(submit, house.ports, house.types, SYSTEM, request)


def house_of(environment: dict[str, str], *, role: Role = "cli") -> House:
    """Return a house beside the programs of an environment, with the connections of a role."""
    prefix = "CALYPSO_"
    given = {
        name.removeprefix(prefix).lower(): text
        for name, text in environment.items()
        if name.startswith(prefix) and name != f"{prefix}CONFIG_DIR"
    }
    return build(load(**given), role=role)


class STAFF:
    """The pool and, beside it, the control process."""

    @staticmethod
    def environment(here: Ground, book: str) -> dict[str, str]:
        """Return where its tables and its doorbell are."""
        database = here.database()
        upgrade(database)
        more = {"log_level": "warning", "node": NODE}
        found = here.of_calypso(database, here.redis(0), **more)
        return {**found, ledger.VARIABLE: book}

    @staticmethod
    def workers() -> list[tuple[str, ...]]:
        """Return the commands of both."""
        return [python("workers.jobs", "system"), python("workers.control", "system")]
