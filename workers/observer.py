"""Keeps the inventory fresh: on a timer, after each job of the subsystem, and on request."""

import math
import time

import structlog

from calypso.config import Settings
from calypso.engine.control import refresh_tables
from calypso.engine.surviving import surviving
from calypso.errors import CalypsoError, StoreUnavailable, SubsystemError
from calypso.host.local import LocalHost, OnRan
from calypso.models.clock import now
from calypso.models.inventory import Capability, InventoryTable, SubsystemStatus
from calypso.wiring import House, open_driver, probe

log = structlog.get_logger()
LEAST_PAUSE_S = 1.0  # however many jobs end, the tables are read at most this often
LISTEN_S = 5.0


class Observer:
    """Looks at one subsystem on this node; `on_ran` hears of each command that takes."""

    def __init__(
        self, settings: Settings, house: House, subsystem: str, *, on_ran: OnRan | None = None
    ) -> None:
        self._settings, self._house, self._subsystem = settings, house, subsystem
        self._host = LocalHost(on_ran=on_ran)
        self._read_at: dict[str, float] = {}

    def watch(self) -> None:
        """Look for ever. Runs in a thread that lives as long as the process."""
        with self._house.ports.live.feed(self._settings.node) as feed:
            due = 0.0
            while True:
                if time.monotonic() >= due:
                    with surviving("observer"):
                        self.look()
                    due = time.monotonic() + self._settings.inventory_s
                events = feed.next(min(LISTEN_S, max(LEAST_PAUSE_S, due - time.monotonic())))
                if any(self._concerns(event, data) for event, data in events):
                    due = min(due, time.monotonic() + LEAST_PAUSE_S)

    def look(self) -> None:
        """Report what the product can do, and read its tables where it can be used."""
        able = Capability(product=self._subsystem, available=False)
        try:
            driver = open_driver(self._settings, self._subsystem, self._host)
            able = probe(self._subsystem, driver)
            if able.available:
                refresh_tables(
                    self._house.ports,
                    self._due_tables(),
                    driver,
                    node=self._settings.node,
                    subsystem=self._subsystem,
                )
        except StoreUnavailable as away:
            log.warning("inventory.not_stored", error=away.detail)
            return
        except SubsystemError as refused:
            able = able.model_copy(update={"reason": refused.detail})
            log.warning("inventory.not_read", subsystem=self._subsystem, error=refused.detail)
        self._report(able)

    def _due_tables(self) -> dict[str, InventoryTable]:
        """Return the tables that were not read just now, and note that they are read."""
        at = time.monotonic()
        due = {
            name: table
            for name, table in self._house.tables.items()
            if at - self._read_at.get(name, -math.inf) >= table.least_pause_s
        }
        self._read_at |= dict.fromkeys(due, at)
        return due

    def _report(self, able: Capability) -> None:
        status = SubsystemStatus(
            node=self._settings.node,
            subsystem=self._subsystem,
            capability=able,
            observed_at=now(),
        )
        try:
            self._house.ports.inventory.report(status)
        except CalypsoError as away:
            log.warning("status.not_stored", error=away.detail)

    def _concerns(self, event: str, data: dict[str, object]) -> bool:
        return event == "job.ended" and data.get("subsystem") == self._subsystem
