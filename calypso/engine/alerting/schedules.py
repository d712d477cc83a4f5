"""Schedules that should have run and did not, and a clock that jumped."""

from collections.abc import Iterator

from calypso.engine.alerting.watch import View, Watch
from calypso.models.alert import Level, NewAlert
from calypso.models.job import State
from calypso.models.listing import JobQuery
from calypso.models.schedule import Schedule

SLOTS = 3  # in a row without a success: a single failure has an alert of its own
SELDOM_S = 60.0
OVERDUE_S = 60.0  # beyond a slot's own grace: somebody should have decided about it by then


def find_missed(view: View) -> Iterator[NewAlert]:
    """Find schedules whose last slot was missed or refused, until one is on time."""
    for schedule in view.ports.schedules.troubled():
        trouble = schedule.trouble
        if trouble is not None:
            yield _missed(schedule, f"Slot {trouble.slot:%Y-%m-%d %H:%M} UTC: {trouble.detail}")


def find_overdue(view: View) -> Iterator[NewAlert]:
    """Find schedules whose slot nobody decided about: no scheduler runs, or none gets through."""
    for schedule in view.ports.schedules.overdue(by_s=OVERDUE_S):
        yield NewAlert(
            key=f"schedule_overdue/{schedule.id}",
            kind="schedule_overdue",
            level=Level.ERROR,
            subject=schedule.name,
            title=f"{schedule.name} should have run",
            detail=f"Its slot of {schedule.next_fire_at:%Y-%m-%d %H:%M} UTC came, and no scheduler "
            "has decided about it. Start one: calypso scheduler. See its log when it runs.",
        )


def find_fruitless(view: View) -> Iterator[NewAlert]:
    """Find schedules that bring nothing about, whatever the reason: the last good backup ages."""
    for schedule in view.ports.schedules.fruitless(slots=SLOTS):
        yield NewAlert(
            key=f"schedule_fruitless/{schedule.id}",
            kind="schedule_fruitless",
            level=Level.ERROR,
            subject=schedule.name,
            title=f"{schedule.name} has had no success for {SLOTS} slots",
            detail=f"{_last_success(view, schedule)} GET /schedules/{schedule.id}/fires shows what "
            "became of each slot, and its job.",
        )


def find_jumped(view: View) -> Iterator[NewAlert]:
    """Find the clock that jumped and that nobody has confirmed."""
    clock = view.ports.schedules.clock()
    if clock.jump_s is not None and clock.jumped_at is not None:
        yield NewAlert(
            key="clock_jumped",
            kind="clock_jumped",
            level=Level.WARNING,
            subject="clock",
            title="The clock jumped",
            detail=f"The database's clock jumped by {clock.jump_s:.0f} s at "
            f"{clock.jumped_at:%Y-%m-%d %H:%M} UTC. Nothing is pruned until somebody has looked "
            "(GET /clock, is time synchronised?) and confirmed it: POST /clock/confirm.",
        )


MISSED = Watch("schedule_missed", find_missed)
OVERDUE = Watch("schedule_overdue", find_overdue)
FRUITLESS = Watch("schedule_fruitless", find_fruitless, every_s=SELDOM_S)
JUMPED = Watch("clock_jumped", find_jumped)


def _last_success(view: View, schedule: Schedule) -> str:
    asked = JobQuery(
        schedule=str(schedule.id), states=[State.SUCCEEDED], sort="-finished_at", limit=1
    )
    found = view.ports.jobs.page(asked).items
    at = found[0].finished_at if found else None
    if at is None:
        return f"No {schedule.type} of it on record has succeeded."
    return f"The last {schedule.type} of it to succeed ended {at:%Y-%m-%d %H:%M} UTC."


def _missed(schedule: Schedule, what: str) -> NewAlert:
    return NewAlert(
        key=f"schedule_missed/{schedule.id}",
        kind="schedule_missed",
        level=Level.ERROR if _did_not_run(schedule) else Level.WARNING,
        subject=schedule.name,
        title=f"{schedule.name} did not run as it should",
        detail=f"{what} GET /schedules/{schedule.id}/fires shows every slot.",
    )


def _did_not_run(schedule: Schedule) -> bool:
    """Tell apart what was made up for from what was not."""
    return schedule.trouble is not None and schedule.trouble.reason != "made_up"
