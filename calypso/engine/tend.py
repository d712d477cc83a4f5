"""The sweeper: promotes what is due, rings for what was not heard, buries dead workers.

Any number of them may tend the same house; each verb of the store is safe against the others. A
scheduler tends all nodes; a node's own sweepers bury its dead, and do the rest without one.
"""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import structlog

from calypso.engine.cancel import cancel_children
from calypso.engine.duty import Duty
from calypso.engine.ports import Ports
from calypso.errors import StoreUnavailable
from calypso.models.clock import now
from calypso.models.counts import Count
from calypso.models.worker import WorkerRecord

log = structlog.get_logger()
TICK_S = 0.5
REAP_S = 2.0
CHILDREN_S = 2.0  # a cancel is passed on by who asks for it; this is for those started meanwhile
RETIRE_S = 600.0
RETIRE_ROUNDS = 10  # batches in one tick: a month's backlog must not keep the dead unburied
UNHEARD_S = 0.5  # a queued job this old should have had its hint taken
MAX_RINGS = 200
PROMOTE_ROUNDS = 50  # batches in one tick, then others get a turn
NOBODY = UUID(int=0)
TENDING = "tend"  # the turn that a scheduler takes


class Undertaker(Protocol):
    """What only the node itself can know."""

    def is_dead(self, worker: WorkerRecord) -> bool:
        """Tell whether a worker process of this node is gone for certain."""

    def end_leftovers(self, worker: WorkerRecord) -> list[int]:
        """Kill what a dead worker left running; returns when none is left."""


class Tender:
    """Tends all nodes' timers and hints; buries only workers of its own node."""

    def __init__(
        self,
        ports: Ports,
        *,
        node: str | None,
        undertaker: Undertaker | None,
        hot_days: int,
        history_days: int,
        stands_in: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ports = ports
        self._duty = Duty(ports.alerts, TENDING, stands_in=stands_in, clock=clock)
        self._node, self._undertaker = node, undertaker
        self._hot, self._history = timedelta(days=hot_days), timedelta(days=history_days)
        self._clock = clock
        self._due: dict[str, float] = {}

    def tick(self) -> None:
        """Do what is due. An outage of the store is waited out, never acted upon."""
        try:
            if self._duty.is_mine():
                self._tend()
            self._every("reap", REAP_S, self.reap)
        except StoreUnavailable as away:
            log.warning("tend.failed", error=away.detail)

    def _tend(self) -> None:
        for node in self._due_nodes():
            self._promote(node)
        self._ring()
        self._every("children", CHILDREN_S, lambda: cancel_children(self._ports))
        self._every("retire", RETIRE_S, self._retire)

    def reap(self) -> list[tuple[UUID, str]]:
        """Bury the dead workers of this node; (job, what became of it) for each of theirs."""
        if self._undertaker is None or self._node is None:
            return []
        buried: list[tuple[UUID, str]] = []
        for worker in self._ports.jobs.workers(self._node):
            if self._undertaker.is_dead(worker):
                buried.extend(self._bury(worker, self._undertaker))
        return buried

    def _bury(self, worker: WorkerRecord, undertaker: Undertaker) -> list[tuple[UUID, str]]:
        """First its processes, then its jobs: nobody may start them while something still runs."""
        left = undertaker.end_leftovers(worker)
        taken: list[tuple[UUID, str]] = []
        while (one := self._ports.jobs.reap(worker.node, worker.id)) is not None:
            taken.append(one)
            self._ports.live.poke(one[0])
            self._ports.live.add(worker.node, {Count("lease_losses", (one[1],)).field: 1})
        self._ports.jobs.forget_worker(worker.id)
        log.info("worker.buried", worker=str(worker.id), pid=worker.pid, killed=left,
                 jobs=[f"{job}: {fate}" for job, fate in taken])  # fmt: skip
        return taken

    def _due_nodes(self) -> Sequence[str]:
        return self._ports.jobs.due_nodes() if self._node is None else (self._node,)

    def _promote(self, node: str) -> None:
        for _ in range(PROMOTE_ROUNDS):
            if not self._ports.jobs.promote(node):
                return

    def _ring(self) -> None:
        """Top hints up: as many as there are unheard jobs, but never a flood."""
        starving = self._ports.jobs.starving(self._node, older_than_s=UNHEARD_S)
        for queue, unheard in starving.items():
            pending = self._ports.hints.pending(queue)
            if pending is not None and (missing := min(unheard, MAX_RINGS) - pending) > 0:
                self._ports.hints.ring(queue, NOBODY, times=missing)

    def _retire(self) -> None:
        instant = now()
        for _ in range(RETIRE_ROUNDS):
            moved = self._ports.jobs.retire(
                before=instant - self._hot, drop_before=instant - self._history
            )
            if not moved:
                return
            log.info("jobs.retired", jobs=moved)
        self._due["retire"] = 0.0  # there may be more; at the next tick

    def _every(self, what: str, seconds: float, do: Callable[[], object]) -> None:
        if self._clock() >= self._due.get(what, 0.0):
            self._due[what] = self._clock() + seconds
            do()
