"""Fire schedules: any number of these may run, and each slot is decided about once.

Firing is the ordinary submit with the rights the owner has today, in one transaction with the
row that says what became of the slot.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from calypso.engine.access import find_type, require
from calypso.engine.doubt import hold_if_pruning
from calypso.engine.nodes import choose_node
from calypso.engine.ports import Ports
from calypso.engine.request import Request, new_job, params_of
from calypso.errors import CalypsoError, Forbidden, StoreUnavailable, Unavailable
from calypso.models.firing import Turn, jitter, next_turn
from calypso.models.job import Source, State
from calypso.models.jobtype import JobType
from calypso.models.ledger import NewJob
from calypso.models.schedule import Decided, Schedule

log = structlog.get_logger()
MOST_TURNS = 200  # of one schedule in one tick, then others get theirs
TOLERATED_S = 120.0  # by which two clocks may drift apart between two looks
CLOCK_S = 10.0
FORGET_S = 600.0
AGAIN_S = 5.0  # until something that was away is looked for again
PAGE = 100


class OwnerGone(Forbidden):
    """With whose rights a schedule ran is gone or disabled."""

    code = "owner_gone"
    title = "The owner is gone"


class Firer:
    """Looks what is due and decides about it."""

    def __init__(
        self,
        ports: Ports,
        types: Mapping[str, JobType],
        *,
        history_days: int,
        uptime: Callable[[], float] = lambda: time.clock_gettime(time.CLOCK_BOOTTIME),
    ) -> None:
        self._ports, self._types = ports, types
        self._history = timedelta(days=history_days)
        self._uptime = uptime
        self._seen: tuple[datetime, float] | None = None
        self._due: dict[str, float] = {}
        self._again: dict[UUID, float] = {}

    def tick(self) -> int:
        """Decide about what is due; how many slots. An outage of the store is waited out."""
        try:
            self._every("clock", CLOCK_S, self._look_at_clock)
            self._every("forget", FORGET_S, self._forget)
            return self._decide_all()
        except StoreUnavailable as away:
            log.warning("fire.failed", error=away.detail)
            return 0

    def _decide_all(self) -> int:
        count, last = 0, None
        while True:
            at, due = self._ports.schedules.due(after=last, limit=PAGE)
            if at is not None:
                count += sum(self._decide(one, at) for one in due if self._is_its_turn(one))
            if len(due) < PAGE:
                return count
            last = due[-1]

    def _is_its_turn(self, schedule: Schedule) -> bool:
        """Leave one that had to wait in peace for a while: there may be thousands like it."""
        return self._uptime() >= self._again.pop(schedule.id, 0.0)

    def _decide(self, schedule: Schedule, at: datetime) -> int:
        """Decide about a schedule's slots in their order, until one must wait."""
        count = 0
        while count < MOST_TURNS and (turn := next_turn(schedule, at)) is not None:
            if not self._take(schedule, turn, at):
                break
            count += 1
            schedule = schedule.model_copy(
                update={"next_fire_at": turn.following, "last_fire_at": turn.slot}
            )
        return count

    def _take(self, schedule: Schedule, turn: Turn, at: datetime) -> bool:
        """Carry a decision out; False: somebody else did, or it is tried again at the next tick."""
        job, refused = None, None
        if turn.fires:
            try:
                job = self._job_of(schedule, turn)
            except CalypsoError as wrong:
                if isinstance(wrong, StoreUnavailable):
                    raise
                if isinstance(wrong, Unavailable) and not _is_over(schedule, turn, at):
                    self._again[schedule.id] = self._uptime() + AGAIN_S
                    return False
                refused = wrong
        decided = self._ports.schedules.fire(schedule, turn, _said(turn, refused), job)
        if decided is not None:
            self._tell(schedule, turn, decided, job)
        return decided is not None

    def _job_of(self, schedule: Schedule, turn: Turn) -> NewJob:
        """Return the job of a slot, checked as if its owner had just asked for it."""
        owner = self._ports.owners.actor_of(schedule.owner)
        if owner is None:
            raise OwnerGone(
                f"{schedule.owner}, with whose rights this schedule ran, is gone or disabled. "
                "Whoever saves it anew becomes its owner."
            )
        job_type = find_type(self._types, schedule.type)
        require(owner, job_type.permission)
        hold_if_pruning(self._ports, job_type, schedule.rule)
        asked = Request(
            type=schedule.type,
            params=schedule.params,
            not_before=turn.slot + jitter(schedule, turn.slot) if schedule.jitter_s else None,
            source=Source(kind="schedule", id=str(schedule.id), slot=turn.slot),
            at=turn.slot.astimezone(schedule.rule.zone),
        )
        params = params_of(job_type, asked)
        node = choose_node(self._ports, job_type.subsystem, schedule.node)
        return new_job(job_type, params, node=node, actor=owner, request=asked)

    def _tell(self, schedule: Schedule, turn: Turn, decided: Decided, job: NewJob | None) -> None:
        log.info(
            "schedule.decided", schedule=schedule.name, slot=turn.slot.isoformat(),
            decision=decided.decision, reason=decided.reason, job=str(decided.job),
        )  # fmt: skip
        for stopped in decided.cancelled:
            self._ports.live.wish_cancel(stopped)
            self._ports.live.poke(stopped)
        if job is not None and decided.state is not None:
            if decided.state is State.QUEUED:
                self._ports.hints.ring(job.queue, job.id)
            self._ports.live.poke(job.id)

    def _look_at_clock(self) -> None:
        """Compare the store's clock with the time since boot, which nobody puts forward or back."""
        uptime = self._uptime()
        at = self._ports.schedules.clock().now
        drift_s = 0.0
        if self._seen is not None:
            drift_s = (at - self._seen[0]).total_seconds() - (uptime - self._seen[1])
        self._seen = at, uptime
        clock = self._ports.schedules.look_at_clock(drift_s=drift_s, tolerated_s=TOLERATED_S)
        if clock.jump_s is not None:
            log.warning("clock.jumped", at=str(clock.jumped_at), by_s=clock.jump_s)

    def _forget(self) -> None:
        before = self._ports.schedules.clock().now - self._history
        while self._ports.schedules.forget_fires(before=before):
            log.info("fires.forgotten")

    def _every(self, what: str, seconds: float, do: Callable[[], None]) -> None:
        if self._uptime() >= self._due.get(what, 0.0):
            self._due[what] = self._uptime() + seconds
            do()


def _is_over(schedule: Schedule, turn: Turn, at: datetime) -> bool:
    """Tell whether it is too late to try again."""
    return at - turn.slot > timedelta(seconds=schedule.misfire_grace_s)


def _said(turn: Turn, refused: CalypsoError | None) -> dict[str, Any]:
    if refused is not None:
        return {"decision": "refused", "reason": refused.code, "detail": refused.detail,
                "missed": turn.missed}  # fmt: skip
    return {
        "decision": "fired" if turn.fires else "skipped",
        "reason": turn.reason,
        "detail": _detail(turn),
        "missed": turn.missed,
    }


def _detail(turn: Turn) -> str:
    if not turn.missed:
        return "On time."
    slots = "1 slot was" if turn.missed == 1 else f"{turn.missed} slots were"
    since = f"{slots} missed since {turn.since:%Y-%m-%d %H:%M} UTC"
    return f"{since}; this job is for all of them." if turn.fires else f"{since}, and are skipped."
