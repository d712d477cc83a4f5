"""Reads a table anew as soon as its sign differs, so that a fault is seen within seconds.

Beside the observer, in a thread of its own: reading all tables may take that long on a large node.
"""

import time
from typing import Any

from calypso.config import Settings
from calypso.engine.control import refresh_tables
from calypso.engine.surviving import surviving
from calypso.errors import StoreUnavailable, SubsystemError
from calypso.host.local import LocalHost, OnRan
from calypso.wiring import House, open_driver

SIGN_S = 2.0


class Sentry:
    """Looks at the signs of one subsystem's tables on this node; `on_ran` as an observer's."""

    def __init__(
        self, settings: Settings, house: House, subsystem: str, *, on_ran: OnRan | None = None
    ) -> None:
        self._settings, self._house, self._subsystem = settings, house, subsystem
        self._host = LocalHost(on_ran=on_ran)
        self._tables = {
            name: table
            for name, table in house.tables.items()
            if table.subsystem == subsystem and table.sign is not None
        }
        self._signs: dict[str, str] = {}
        self._unsettled: set[str] = set()
        self._pause_s = SIGN_S  # after the next look that fails

    def watch(self) -> None:
        """Look for ever. Runs in a thread that lives as long as the process."""
        while self._tables:
            with surviving("sentry"):
                time.sleep(self._look_once())

    def _look_once(self) -> float:
        """Look, and return the pause until the next look, in seconds.

        A look that failed is soon made again: a pool in trouble makes looks fail. Only where they
        go on failing, as where the product is missing, they become as rare as the observer's.
        """
        try:
            self.look(open_driver(self._settings, self._subsystem, self._host))
        except (SubsystemError, StoreUnavailable):  # the observer's to report
            pause_s = self._pause_s
            self._pause_s = min(2 * pause_s, self._settings.inventory_s)
            return pause_s
        self._pause_s = SIGN_S
        return SIGN_S

    def look(self, driver: Any) -> list[str]:
        """Read the tables anew whose sign differs, and once more a look later; returns which.

        Once more, since the observer may have read a table just before the change, and stored it
        just after us.
        """
        changed = {name for name in self._tables if self._differs(name, driver)}
        wanted = sorted(changed | self._unsettled)
        if wanted:
            self._unsettled = set(wanted)
            refresh_tables(
                self._house.ports,
                {name: self._tables[name] for name in wanted},
                driver,
                node=self._settings.node,
                subsystem=self._subsystem,
            )
        self._unsettled = changed
        return wanted

    def _differs(self, name: str, driver: Any) -> bool:
        sign = self._tables[name].sign
        told = sign(driver) if sign is not None else ""
        before = self._signs.get(name)
        self._signs[name] = told
        return before is not None and before != told
