from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from calypso.models.firing import MOST_MADE_UP, jitter, next_turn
from calypso.models.schedule import Schedule

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def hourly(next_fire_at=NOON, **given):
    plain = {
        "id": UUID(int=7), "name": "Hourly", "cron": "0 * * * *", "type": "system.noop",
        "misfire_grace_s": 300, "owner": "ada", "version": 1, "next_fire_at": next_fire_at,
        "last_fire_at": None, "created_at": NOON, "updated_at": NOON, "updated_by": "ada",
    }  # fmt: skip
    return Schedule(**{**plain, **given})


def turns(schedule, now):
    """All that is decided by now: (hour of the slot, whether it fires, missed)."""
    found = []
    while (turn := next_turn(schedule, now)) is not None:
        found.append((turn.slot.hour, turn.fires, turn.missed))
        schedule = schedule.model_copy(update={"next_fire_at": turn.following})
        assert turn.following is None or turn.following > turn.slot
    return found


def test_nothing_is_decided_before_its_time():
    assert next_turn(hourly(), NOON - timedelta(seconds=1)) is None
    assert next_turn(hourly(enabled=False, next_fire_at=None), NOON) is None


def test_a_slot_is_on_time_until_its_grace_is_over():
    assert turns(hourly(), NOON) == [(12, True, 0)]
    assert turns(hourly(), NOON + 5 * MINUTE) == [(12, True, 0)]
    assert next_turn(hourly(), NOON).reason == "on_time"


def test_run_once_makes_one_job_for_all_that_was_missed_and_counts_them():
    late = NOON + 3 * HOUR + 10 * MINUTE
    assert turns(hourly(), late) == [(15, True, 4)]
    assert next_turn(hourly(), late).since == NOON
    assert next_turn(hourly(), late).reason == "made_up"


def test_run_once_lets_the_slot_that_is_on_time_answer_for_the_missed_ones():
    assert turns(hourly(), NOON + 2 * HOUR) == [(14, True, 2)]


def test_skip_passes_over_what_was_missed_and_says_how_many():
    late = NOON + 3 * HOUR + 10 * MINUTE
    assert turns(hourly(missed="skip"), late) == [(15, False, 4)]
    assert next_turn(hourly(missed="skip"), late).reason == "missed"


def test_skip_still_fires_the_slot_that_is_on_time():
    assert turns(hourly(missed="skip"), NOON + 2 * HOUR) == [(13, False, 2), (14, True, 0)]


def test_run_all_makes_up_for_each():
    late = NOON + 2 * HOUR
    assert turns(hourly(missed="run_all"), late) == [(12, True, 1), (13, True, 1), (14, True, 0)]


def test_run_all_makes_up_for_so_many_and_skips_the_older():
    found = turns(hourly(missed="run_all"), NOON + timedelta(hours=MOST_MADE_UP + 9, minutes=30))
    assert len(found) == MOST_MADE_UP + 1
    assert found[0][1:] == (False, 10)
    assert all(fired for _, fired, _ in found[1:])


def test_several_slots_within_the_grace_are_all_on_time():
    often = hourly(cron="* * * * *", misfire_grace_s=300)
    assert [fired for _, fired, _ in turns(often, NOON + 3 * MINUTE)] == [True] * 4


def test_a_clock_that_went_back_fires_nothing_again():
    fired = hourly(next_fire_at=next_turn(hourly(), NOON).following)
    assert next_turn(fired, NOON - 2 * HOUR) is None
    assert next_turn(fired, NOON) is None


def test_a_rule_that_never_fires_again_leads_to_nothing():
    last = hourly(cron="0 0 1 1 *", next_fire_at=datetime(8999, 1, 1, tzinfo=UTC))
    assert next_turn(last, datetime(8999, 1, 1, tzinfo=UTC)).following is None


@given(st.integers(0, 86400), st.datetimes(timezones=st.just(UTC)))
def test_jitter_is_within_its_bound_and_the_same_for_whoever_asks(bound_s, slot):
    schedule = hourly(jitter_s=bound_s)
    assert timedelta() <= jitter(schedule, slot) <= timedelta(seconds=bound_s)
    assert jitter(schedule, slot) == jitter(hourly(jitter_s=bound_s), slot)


def test_jitter_spreads_the_slots():
    schedule = hourly(jitter_s=600)
    assert len({jitter(schedule, NOON + n * HOUR) for n in range(200)}) > 100
