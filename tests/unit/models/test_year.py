"""A year of a clock that moves: schedules fire exactly as often as their rules say."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from calypso.models.firing import next_turn
from calypso.models.schedule import Schedule
from calypso.models.slots import next_fire, zone

VIENNA, LORD_HOWE = "Europe/Vienna", "Australia/Lord_Howe"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = datetime(2027, 1, 1, tzinfo=UTC)
TICK = timedelta(minutes=17)  # at another minute of each hour, and well within the grace


class Wall:
    """A schedule under a clock that somebody moves; `fired`: its slots, in the order they fired."""

    def __init__(self, cron, tz, now=BEGAN):
        self.schedule = Schedule(
            id=UUID(int=7), name="A year", cron=cron, tz=tz, type="storage.snapshot_create",
            misfire_grace_s=1200, owner="ada", version=1, next_fire_at=None, last_fire_at=None,
            created_at=BEGAN, updated_at=BEGAN, updated_by="ada",
        )  # fmt: skip
        self._goes_on_after(next_fire(self.schedule.rule, now))
        self.now, self.fired, self.missed = now, [], 0

    def run(self, until, step=TICK):
        while self.now < until:
            self.now = min(self.now + step, until)
            while (turn := next_turn(self.schedule, self.now)) is not None:
                self.fired += [turn.slot] if turn.fires else []
                self.missed += turn.missed
                self._goes_on_after(turn.following)

    def _goes_on_after(self, slot):
        self.schedule = self.schedule.model_copy(update={"next_fire_at": slot})

    @property
    def times(self):
        return [slot.astimezone(zone(self.schedule.tz)) for slot in self.fired]


# Hourly: in Vienna one hour is lost and one won. On Lord Howe clocks are moved by half an hour:
# the day they are put forward has no 02:00, and the day they are put back shows each hour once.
@pytest.mark.parametrize(
    ("cron", "tz", "count"),
    [
        ("0 * * * *", VIENNA, 365 * 24),
        ("0 * * * *", LORD_HOWE, 365 * 24 - 1),
        ("30 * * * *", LORD_HOWE, 365 * 24 + 1),  # 01:30 comes twice, 02:30 once
        ("30 2 * * *", VIENNA, 365),
        ("15 2 * * *", LORD_HOWE, 365),
        ("45 1 * * *", LORD_HOWE, 365),
        ("0 3 1 * *", VIENNA, 12),
        ("0 3 1 * *", LORD_HOWE, 12),
    ],
)
def test_a_year_has_as_many_slots_as_the_rule_says_and_none_is_missed(cron, tz, count):
    wall = Wall(cron, tz)
    wall.run(YEAR)
    assert (len(wall.fired), wall.missed) == (count, 0)
    assert wall.fired == sorted(set(wall.fired))


@pytest.mark.parametrize("tz", [VIENNA, LORD_HOWE])
def test_a_daily_rule_fires_on_each_day_of_the_year_once(tz):
    wall = Wall("15 2 * * *", tz)
    wall.run(YEAR)
    days = [at.date() for at in wall.times]
    assert [later - day for day, later in pairwise(days)] == [timedelta(days=1)] * 364


def test_an_hourly_rule_fires_every_hour_that_passes_in_vienna():
    wall = Wall("0 * * * *", VIENNA)
    wall.run(YEAR)
    assert {later - slot for slot, later in pairwise(wall.fired)} == {timedelta(hours=1)}


def test_a_clock_that_is_set_back_two_hours_between_two_slots_fires_no_minute_again():
    wall = Wall("0 * * * *", VIENNA, datetime(2026, 6, 1, 9, 30, tzinfo=UTC))
    wall.run(datetime(2026, 6, 1, 12, 10, tzinfo=UTC))
    wall.now -= timedelta(hours=2)
    wall.run(datetime(2026, 6, 1, 12, 59, tzinfo=UTC))
    assert [slot.hour for slot in wall.fired] == [10, 11, 12]
    wall.run(datetime(2026, 6, 1, 15, 10, tzinfo=UTC))
    assert [slot.hour for slot in wall.fired] == [10, 11, 12, 13, 14, 15]
    assert wall.missed == 0


def test_a_clock_that_is_set_back_again_and_again_holds_up_time_but_loses_no_slot():
    wall = Wall("0 * * * *", LORD_HOWE, datetime(2026, 4, 4, 0, 30, tzinfo=UTC))
    for hour in range(1, 40):
        wall.run(datetime(2026, 4, 4, tzinfo=UTC) + timedelta(hours=hour))
        wall.now -= timedelta(minutes=95)
    assert wall.fired == sorted(set(wall.fired))
    assert wall.missed == 0
    assert len(wall.fired) == 38
