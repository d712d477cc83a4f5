"""While the clock is in doubt nothing is destroyed by age: by a wrong clock everything is old."""

from calypso.engine.ports import Ports
from calypso.errors import Unavailable
from calypso.models.jobtype import JobType
from calypso.models.schedule import Clock
from calypso.models.slots import Rule, fires

PERIODS = 2  # a jump further than so many periods of a schedule that prunes holds it


class ClockJumped(Unavailable):
    """Nothing is pruned on the word of a clock that jumped."""

    code = "clock_jumped"
    title = "The clock jumped"


def hold_if_pruning(ports: Ports, job_type: JobType, rule: Rule | None) -> None:
    """Raise ClockJumped for a type that prunes when the clock jumped further than its rule bears.

    Without a rule any jump that nobody has confirmed is too far.
    """
    if not job_type.prunes:
        return
    clock = ports.schedules.clock()
    if _is_too_far(clock, rule):
        raise ClockJumped(
            f"The clock jumped by {clock.jump_s:.0f} s ({clock.jumped_at:%Y-%m-%d %H:%M} UTC). "
            "Nothing is pruned until somebody has looked: POST /clock/confirm."
        )


def _is_too_far(clock: Clock, rule: Rule | None) -> bool:
    if clock.jump_s is None or rule is None:
        return clock.jump_s is not None
    slots = fires(rule, clock.now)
    first, second = next(slots, None), next(slots, None)
    if first is None or second is None:
        return True
    return abs(clock.jump_s) > PERIODS * (second - first).total_seconds()
