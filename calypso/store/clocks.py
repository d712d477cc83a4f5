"""The database's clock, the only one that schedules go by, and whether it has jumped."""

from typing import Any

from calypso.models.schedule import Clock
from calypso.store.asking import Asking


class Clocks(Asking):
    """The verbs on the clock."""

    def clock(self) -> Clock:
        """Return the store's clock, and whether it has jumped."""
        return _clock(self._row("SELECT *, clock_timestamp() AS at FROM calypso.clock"))

    def look_at_clock(self, *, drift_s: float, tolerated_s: float) -> Clock:
        """Note a tick and, if the clock has jumped, that it has."""
        return _clock(
            self._row(
                "SELECT *, clock_timestamp() AS at FROM calypso.look_at_clock(%s, %s)",
                drift_s, tolerated_s,
            )
        )  # fmt: skip

    def confirm_clock(self) -> Clock:
        """Note that somebody has looked, and the clock is right."""
        self._do("UPDATE calypso.clock SET jumped_at = NULL, jump_s = NULL")
        return self.clock()


def _clock(row: Any) -> Clock:
    return Clock(now=row.at, jumped_at=row.jumped_at, jump_s=row.jump_s)
