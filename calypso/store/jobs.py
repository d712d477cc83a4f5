"""The truth about jobs, in PostgreSQL; satisfies `engine.ports.JobStore`."""

from datetime import datetime

from calypso.store.events import Events
from calypso.store.explaining import Explaining
from calypso.store.family import Family
from calypso.store.life import Life
from calypso.store.lines import Lines
from calypso.store.logs import Logs
from calypso.store.workers import Workers


class PostgresJobStore(Life, Family, Explaining, Lines, Events, Logs, Workers):
    """All verbs on jobs over one engine. Each is one transaction; StoreUnavailable when away."""

    def retire(self, *, before: datetime, drop_before: datetime, batch: int = 1000) -> int:
        """Move ended jobs to the monthly history and drop old months."""
        return int(self._value("SELECT calypso.retire(%s, %s, %s)", before, drop_before, batch))

    def ping(self) -> None:
        """Return when the store answers."""
        self._value("SELECT 1")
