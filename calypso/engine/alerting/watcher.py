"""Runs the rules, again and again; safe beside any number of others that do the same."""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog

from calypso.engine.alerting import appliance, pools, schedules, stalls, upkeep, workers
from calypso.engine.alerting.jobs import change_of
from calypso.engine.alerting.watch import WATCH_S, Limits, Watch, look
from calypso.engine.duty import Duty
from calypso.engine.ports import Ports
from calypso.engine.surviving import surviving
from calypso.errors import StoreUnavailable
from calypso.models.clock import now

log = structlog.get_logger()
TICK_S = 1.0
RETIRE_S = 600.0
ROUNDS = 50  # batches of events in one tick
BATCH = 1000
WATCHING = "watch"  # the turn that a scheduler takes
LONGEST_GAP_S = 15.0  # between two ticks; after a longer one we have not been listening

WATCHES: Sequence[Watch] = (
    workers.GONE,
    workers.UNAVAILABLE,
    workers.UNWATCHED,
    pools.BROKEN,
    pools.FULL,
    upkeep.ERRORS,
    upkeep.UNSCRUBBED,
    upkeep.FRAGMENTED,
    upkeep.FAILING,
    stalls.STALLED,
    schedules.MISSED,
    schedules.OVERDUE,
    schedules.FRUITLESS,
    schedules.JUMPED,
    appliance.UNBACKED,
    appliance.EXPIRING,
)


class Attention:
    """How long we have been listening without a break.

    Who just started, came back from a suspend or lost the store has heard nothing, which says
    nothing about anybody's silence.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._since, self._last = clock(), clock()

    def beat(self) -> None:
        """Note that we are listening."""
        instant = self._clock()
        if not 0 <= instant - self._last <= LONGEST_GAP_S:
            self._since = instant
        self._last = instant

    def lose(self) -> None:
        """Note that we heard nothing."""
        self._since = self._last = self._clock()

    @property
    def seconds(self) -> float:
        """For how long."""
        return self._last - self._since


class Watcher:
    """Follows how jobs end, and looks at the state of things."""

    def __init__(
        self,
        ports: Ports,
        limits: Limits,
        *,
        history_days: int,
        watches: Sequence[Watch] = WATCHES,
        attention: Attention | None = None,
        stands_in: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ports, self._limits, self._watches = ports, limits, watches
        self._history = timedelta(days=history_days)
        self._attention = attention or Attention()
        self._duty = Duty(ports.alerts, WATCHING, stands_in=stands_in, clock=clock)
        self._clock = clock
        self._due: dict[str, float] = {}
        self.is_on_duty = False

    def tick(self) -> None:
        """Do what is due. An outage of the store is waited out, never acted upon."""
        try:
            self._attention.beat()
            self.is_on_duty = self._duty.is_mine()
            if self.is_on_duty:
                self.follow()
                self._every("watch", WATCH_S, self.watch)
                self._every("retire", RETIRE_S, self._retire)
        except StoreUnavailable as away:
            self._attention.lose()
            log.warning("alerting.failed", error=away.detail)

    def follow(self) -> None:
        """Draw the consequences of how jobs ended since anybody last did."""
        for _ in range(ROUNDS):
            seen = self._ports.alerts.outcomes(limit=BATCH)
            if not seen.is_news:
                return
            self._ports.alerts.follow(seen, [change_of(one) for one in seen.items])

    def watch(self) -> None:
        """Look at everything whose turn has come, unless another scheduler just did."""
        patience_s = self._limits.lease_s + workers.MARGIN_S
        for one in self._watches:
            if one.is_patient and self._attention.seconds < patience_s:
                continue
            at = self._ports.alerts.turn(one.kind, every_s=one.every_s - WATCH_S / 2)
            if at is not None:
                with surviving(f"watch {one.kind}", pause_s=0):  # the others are looked at anyway
                    look(one, self._ports, self._limits, at)

    def _retire(self) -> None:
        while self._ports.alerts.retire(before=now() - self._history, batch=BATCH):
            log.info("alerts.retired")

    def _every(self, what: str, seconds: float, do: Callable[[], object]) -> None:
        if self._clock() >= self._due.get(what, 0.0):
            self._due[what] = self._clock() + seconds
            do()
