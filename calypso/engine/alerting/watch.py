"""A rule about the state of things: what it is shown, and how alerts follow from what it finds."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from calypso.engine.ports import Ports
from calypso.models.alert import Alert, NewAlert

WATCH_S = 5.0


@dataclass(frozen=True)
class Limits:
    """From when on something is an alert."""

    lease_s: float
    inventory_s: float
    pool_warning_percent: float
    pool_critical_percent: float
    pool_fragmented_percent: float = 80.0
    scrub_overdue_days: float = 35.0
    appliance_backup_days: float = 8.0
    stalls: Mapping[str, float] = field(default_factory=dict)  # job type → its stall_s


@dataclass(frozen=True)
class View:
    """What a rule is shown. `at`: the store's time; `open`: this rule's alerts by key."""

    ports: Ports
    at: datetime
    open: Mapping[str, Alert]
    limits: Limits


@dataclass(frozen=True)
class Watch:
    """One rule, looked at every `every_s`.

    A patient one speaks of silence: it needs somebody who has listened for a while.
    """

    kind: str
    find: Callable[[View], Iterable[NewAlert]]
    is_patient: bool = False
    every_s: float = WATCH_S


def look(watch: Watch, ports: Ports, limits: Limits, at: datetime) -> None:
    """Raise what a rule finds anew or changed, and clear what it no longer finds."""
    known = {one.key: one for one in ports.alerts.open_of(watch.kind)}
    found = {new.key: new for new in watch.find(View(ports, at, known, limits))}
    for key, new in found.items():
        if is_news(known.get(key), new):
            ports.alerts.raise_(new)
    for key in known.keys() - found.keys():
        ports.alerts.clear(key)


def is_news(known: Alert | None, new: NewAlert) -> bool:
    """Tell whether an alert says anything that is not known."""
    if known is None:
        return True
    before = (known.level, known.title, known.detail, known.job_id)
    return before != (new.level, new.title, new.detail, new.job_id)
