"""Which part is ill, and since when: what /readyz says.

It is asked by anybody, so it names no machine and repeats no server's words.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from calypso.errors import StoreUnavailable
from calypso.models.clock import now
from calypso.store import migrate
from calypso.wiring import House

Status = Literal["ok", "degraded", "unavailable", "unknown"]
DETAILS: dict[tuple[str, Status], str] = {
    ("postgresql", "unavailable"): "The database does not answer, or takes no writes.",
    ("migrations", "unknown"): "Nobody can ask while the database is away.",
    ("migrations", "unavailable"): "The schema is not of this release: run calypso migrate",
    ("redis", "degraded"): "Redis does not answer: live progress is delayed, jobs start later.",
}
# What each part says in one word or a few, as it always has.
WORDS: dict[tuple[str, Status], str] = {
    ("migrations", "unavailable"): "missing: run calypso migrate",
    ("redis", "degraded"): "degraded: live progress is delayed",
}


class Part(BaseModel):
    """One part. `since`: from when on this API has seen it so; None while it is well."""

    name: str
    status: Status
    detail: str
    since: datetime | None


class Readiness(BaseModel):
    """What each server says: ok, or what is wrong."""

    status: str
    postgresql: str
    migrations: str
    redis: str
    parts: list[Part]


class Watch:
    """Looks at the parts, and remembers since when one is ill."""

    def __init__(self, house: House, *, clock: Callable[[], datetime] = now) -> None:
        self._house, self._clock = house, clock
        self._ill: dict[str, tuple[Status, datetime]] = {}

    def look(self) -> Readiness:
        """Ask each part."""
        postgresql, migrations = self._database()
        redis: Status = "ok" if self._house.ports.live.ping() else "degraded"
        found: dict[str, Status] = {
            "postgresql": postgresql, "migrations": migrations, "redis": redis,
        }  # fmt: skip
        words = {name: WORDS.get((name, status), status) for name, status in found.items()}
        parts = [self._part(name, status) for name, status in found.items()]
        whole = redis if migrations == "ok" else "unavailable"
        return Readiness(status=whole, parts=parts, **words)

    def _part(self, name: str, status: Status) -> Part:
        before, since = self._ill.get(name, (None, None))
        if status == "ok":
            self._ill.pop(name, None)
            return Part(name=name, status=status, detail="", since=None)
        if since is None or before != status:
            since = self._clock()
            self._ill[name] = (status, since)
        return Part(name=name, status=status, detail=DETAILS[name, status], since=since)

    def _database(self) -> tuple[Status, Status]:
        """Return how PostgreSQL and its schema are."""
        try:
            self._house.ports.jobs.ping()
            current = migrate.is_current(self._house.engine)
        except StoreUnavailable:
            return "unavailable", "unknown"
        return "ok", "ok" if current else "unavailable"
