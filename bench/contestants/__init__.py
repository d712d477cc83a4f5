"""Who is measured: each takes jobs in, and runs them in worker processes of its own."""

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from bench.ground import Ground

DATABASE, REDIS = "BENCH_DATABASE_URL", "BENCH_REDIS_URL"
OURS = "calypso"
# name → (what must be installed, how many jobs one of its rounds takes)
NAMES: Mapping[str, tuple[str, int]] = {
    OURS: ("calypso", 3000),
    "celery": ("celery", 1200),
    "procrastinate": ("procrastinate", 500),
    "dramatiq": ("dramatiq", 1200),
    "huey": ("huey", 1200),
    "rq": ("rq", 60),
}
NEEDED = {**{name: package for name, (package, _) in NAMES.items()}, "insert": "psycopg"}


class Staff(Protocol):
    """How its schema and its workers come to be."""

    def environment(self, here: Ground, ledger: str) -> dict[str, str]:
        """Make its database and return the environment of all its programs."""

    def workers(self) -> list[tuple[str, ...]]:
        """Return the commands of its workers."""


def installed(name: str) -> bool:
    """Tell whether a contestant can take part."""
    return importlib.util.find_spec(NEEDED[name]) is not None


def staff_of(name: str) -> Staff:
    """Return how a contestant is set up."""
    return _module(name).STAFF


def submitter(name: str, kind: str) -> Callable[[], Any]:
    """Return the function that takes one job in; `kind`: noop or stamp."""
    return _module(name).submitter(kind)


def _module(name: str) -> Any:
    return importlib.import_module(f"bench.contestants.with_{name}")
