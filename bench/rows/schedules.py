"""Ten thousand schedules that are not due: what a scheduler's look costs."""

import time

from bench.findings import Row, at_most
from bench.ground import Ground
from bench.plan import Plan
from bench.programs import Failed
from bench.web import furnished
from calypso.engine.fire import Firer
from calypso.models.schedule import ScheduleSpec
from calypso.wiring import House

SCHEDULES, LOOKS = 10_000, 20
MORE = """
INSERT INTO calypso.schedules (id, name, enabled, spec, owner, next_slot, updated_by)
SELECT gen_random_uuid(), 'idle ' || n, true, spec, owner, now() + n * interval '1 minute', 'bench'
  FROM calypso.schedules, generate_series(1, %s) n"""


def measure(here: Ground, plan: Plan) -> Row:
    """A tick with one schedule and with ten thousand, none of them due."""
    row = Row(f"{SCHEDULES:,} schedules, none due")
    _, house = furnished(here)
    try:
        spec = ScheduleSpec(name="idle", cron="0 0 1 1 *", type="system.noop")
        house.ports.schedules.add_schedule(spec, owner="bench", next_slot=None)
        alone = _ticks_ms(house, plan)
        with house.engine.connect() as connection:
            connection.exec_driver_sql(MORE, (plan.size(SCHEDULES, 100),))
            connection.exec_driver_sql("ANALYZE calypso.schedules")
        crowded = _ticks_ms(house, plan)
    finally:
        house.engine.dispose()
    row.add("a tick", crowded, "ms", goal=at_most(50))
    row.add("a tick with one schedule", alone, "ms")
    row.add_ratio("ten thousand to one", crowded, alone)
    return row


def _ticks_ms(house: House, plan: Plan) -> list[float]:
    """Return the mean tick of each round; the first look at all is not counted."""
    firer = Firer(house.ports, house.types, history_days=400)
    firer.tick()
    return [_tick_ms(firer) for _ in range(plan.rounds)]


def _tick_ms(firer: Firer) -> float:
    began = time.perf_counter()
    fired = sum(firer.tick() for _ in range(LOOKS))
    if fired:
        raise Failed(f"{fired} schedules fired, none was due")
    return (time.perf_counter() - began) * 1000 / LOOKS
