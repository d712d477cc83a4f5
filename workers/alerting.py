"""Threads for alerts, in schedulers and beside workers: whoever is down cannot say so."""

import threading

from calypso.engine.alerting import watcher
from calypso.engine.alerting.postman import Postman
from calypso.engine.alerting.watch import Limits
from calypso.engine.alerting.watcher import Watcher
from calypso.engine.surviving import surviving
from calypso.wiring import House, senders

POST_S = 1.0  # a letter waits no longer than this to be looked at


def start_alerting(house: House, ended: threading.Event, *, stands_in: bool = False) -> None:
    """Watch and send until `ended`, in threads that end with the process.

    `stands_in`: only while no scheduler does. A letter that is under way at the end is sent again
    by whoever comes next, with the same id.
    """
    settings = house.settings
    watching = Watcher(
        house.ports, limits_of(house), history_days=settings.history_days, stands_in=stands_in
    )
    postman = Postman(house.ports, senders(settings), first_pause_s=settings.alert_retry_s)
    for name, loop in (
        ("alerting", lambda: _watch(watching, ended)),
        ("postman", lambda: _send(postman, watching, ended)),
    ):
        threading.Thread(target=loop, name=name, daemon=True).start()


def limits_of(house: House) -> Limits:
    """Return from when on something is an alert, by the settings and the job types."""
    settings = house.settings
    return Limits(
        lease_s=settings.lease_s,
        inventory_s=settings.inventory_s,
        pool_warning_percent=settings.pool_warning_percent,
        pool_critical_percent=settings.pool_critical_percent,
        pool_fragmented_percent=settings.pool_fragmented_percent,
        scrub_overdue_days=settings.scrub_overdue_days,
        appliance_backup_days=settings.appliance_backup_days,
        stalls={one.name: one.stall_s for one in house.types.values() if one.stall_s is not None},
    )


def _watch(watching: Watcher, ended: threading.Event) -> None:
    while not ended.wait(watcher.TICK_S):
        with surviving("alerting"):
            watching.tick()


def _send(postman: Postman, watching: Watcher, ended: threading.Event) -> None:
    while not ended.is_set():
        with surviving("postman"):
            if watching.is_on_duty:
                postman.tick()
        postman.returned.wait(POST_S)
