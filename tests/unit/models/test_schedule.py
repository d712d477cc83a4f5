"""The golden list of clocks put forward and back, and what holds for every rule."""

from datetime import UTC, datetime, time, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from calypso.models.schedule import When
from calypso.models.slots import Rule, UnknownZone, fires, next_fire, zone

AMSTERDAM, CAIRO = "Europe/Amsterdam", "Africa/Cairo"
# 2026: put forward on 29 March, 02:00 → 03:00; back on 25 October, 03:00 → 02:00.
GOLDEN = [
    # a time that does not exist fires once, at the first instant after the gap
    ("30 2 * * *", AMSTERDAM, "2026-03-28T12:00Z",
     ["29 03:00+0200", "30 02:30+0200", "31 02:30+0200"]),
    ("0,30 2 * * *", AMSTERDAM, "2026-03-28T12:00Z", ["29 03:00+0200", "30 02:00+0200"]),
    ("30 2,3 * * *", AMSTERDAM, "2026-03-28T12:00Z", ["29 03:00+0200", "29 03:30+0200"]),
    ("0 1-4 * * *", AMSTERDAM, "2026-03-28T12:00Z",
     ["29 01:00+0100", "29 03:00+0200", "29 04:00+0200", "30 01:00+0200"]),
    # one that comes twice fires once, at the first
    ("30 2 * * *", AMSTERDAM, "2026-10-24T12:00Z",
     ["25 02:30+0200", "26 02:30+0100", "27 02:30+0100"]),
    ("15,45 2 * * *", AMSTERDAM, "2026-10-24T12:00Z",
     ["25 02:15+0200", "25 02:45+0200", "26 02:15+0100"]),
    ("0 2-3 * * *", AMSTERDAM, "2026-10-24T12:00Z",
     ["25 02:00+0200", "25 03:00+0100", "26 02:00+0100"]),
    # hours of * or */n are elapsed time: every real hour, and nothing made up in a gap
    ("0 * * * *", AMSTERDAM, "2026-03-28T23:30Z",
     ["29 01:00+0100", "29 03:00+0200", "29 04:00+0200"]),
    ("30 * * * *", AMSTERDAM, "2026-03-28T23:40Z",
     ["29 01:30+0100", "29 03:30+0200", "29 04:30+0200"]),
    ("0 * * * *", AMSTERDAM, "2026-10-24T22:30Z",
     ["25 01:00+0200", "25 02:00+0200", "25 02:00+0100", "25 03:00+0100"]),
    ("0 */2 * * *", AMSTERDAM, "2026-03-28T22:30Z",
     ["29 00:00+0100", "29 04:00+0200", "29 06:00+0200"]),
    ("0 */2 * * *", AMSTERDAM, "2026-10-24T21:30Z",
     ["25 00:00+0200", "25 02:00+0200", "25 02:00+0100", "25 04:00+0100"]),
    # a gap over midnight, of half an hour, of a whole day; a fold over midnight
    ("0 0 * * *", CAIRO, "2026-04-22T12:00Z",
     ["23 00:00+0200", "24 01:00+0300", "25 00:00+0300"]),
    ("30 23 * * *", CAIRO, "2026-10-28T12:00Z",
     ["28 23:30+0300", "29 23:30+0300", "30 23:30+0200"]),
    ("15 2 * * *", "Australia/Lord_Howe", "2026-10-02T12:00Z",
     ["03 02:15+1030", "04 02:30+1100", "05 02:15+1100"]),
    ("0 12 * * *", "Pacific/Apia", "2011-12-28T12:00Z",
     ["28 12:00-1000", "29 12:00-1000", "31 00:00+1400", "31 12:00+1400"]),
    # no clock is put anywhere
    ("30 2 * * *", "UTC", "2026-03-28T12:00Z", ["29 02:30+0000", "30 02:30+0000"]),
    ("0 0 1 * *", "Asia/Kolkata", "2026-03-28T12:00Z", ["01 00:00+0530", "01 00:00+0530"]),
    ("0 0 13 * fri", "UTC", "2026-01-01T12:00Z",
     ["02 00:00+0000", "09 00:00+0000", "13 00:00+0000", "16 00:00+0000"]),
    ("0 0 */2 * mon", "UTC", "2026-01-01T12:00Z", ["05 00:00+0000", "19 00:00+0000"]),
]  # fmt: skip


def shown(rule, after, count):
    return [
        slot.astimezone(rule.zone).strftime("%d %H:%M%z")
        for slot in islice(fires(rule, datetime.fromisoformat(after)), count)
    ]


@pytest.mark.parametrize(("cron", "tz", "after", "wanted"), GOLDEN)
def test_every_case_of_the_golden_list(cron, tz, after, wanted):
    assert shown(Rule(cron, tz), after, len(wanted)) == wanted


def test_a_quarter_hourly_rule_misses_no_quarter_of_an_hour_in_autumn():
    began = datetime(2026, 10, 24, 20, tzinfo=UTC)
    slots = list(islice(fires(Rule("*/15 * * * *", AMSTERDAM), began), 40))
    assert slots == [began + timedelta(minutes=15 * n) for n in range(1, 41)]


def test_a_daily_rule_fires_once_a_day_for_ten_years_of_summer_times():
    rule = Rule("30 2 * * *", AMSTERDAM)
    slots = list(islice(fires(rule, datetime(2026, 1, 1, tzinfo=UTC)), 3652))
    days = [slot.astimezone(rule.zone).date() for slot in slots]
    assert len(set(days)) == len(days)
    assert days[-1] - days[0] == timedelta(days=3651)


def test_a_leap_day_is_waited_for_over_a_year_without_one():
    slot = next_fire(Rule("0 0 29 2 *", "UTC"), datetime(2096, 3, 1, tzinfo=UTC))
    assert slot == datetime(2104, 2, 29, tzinfo=UTC)


@pytest.mark.parametrize(
    ("begin", "end", "wanted"),
    [
        (time(22), time(1), ["22:00", "22:30", "23:00", "23:30", "00:00", "00:30", "01:00"]),
        (time(9), time(10), ["09:00", "09:30", "10:00"]),
        (time(23), None, ["23:00", "23:30"]),
        (None, time(0, 30), ["00:00", "00:30"]),
        (time(12), time(12), ["12:00"]),
    ],
)
def test_a_window_keeps_both_its_ends_and_may_go_over_midnight(begin, end, wanted):
    rule = Rule("*/30 * * * *", "UTC", begin, end)
    slots = fires(rule, datetime(2026, 1, 1, 3, tzinfo=UTC))
    assert [slot.strftime("%H:%M") for slot in islice(slots, len(wanted))] == wanted


def test_a_time_in_a_gap_belongs_to_the_window_as_it_was_written():
    rule = Rule("30 2 * * *", AMSTERDAM, time(2), time(2, 45))
    assert shown(rule, "2026-03-28T12:00Z", 1) == ["29 03:00+0200"]


@pytest.mark.parametrize(
    "name",
    ["", "Europe/Nowhere", "../../etc/passwd", "/etc/localtime", "localtime", "Factory",
     "posix/Europe/Paris", "right/UTC", "a\0b", "Europe", "EST5EDT4", "Europe/Par is"],
)  # fmt: skip
def test_what_is_no_zone_for_everybody_is_refused(name):
    with pytest.raises(UnknownZone):
        zone(name)


def test_a_rule_that_its_window_leaves_no_time_is_refused():
    with pytest.raises(ValidationError, match="no time to fire"):
        When(cron="0 2 * * *", begin="03:00", end="04:00")


# -- what holds for every rule

zones = st.sampled_from([AMSTERDAM, CAIRO, "Australia/Lord_Howe", "America/Havana", "UTC"])
instants = st.datetimes(
    datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)  # noqa: DTZ001 - hypothesis adds it
)  # fmt: skip
minutes = st.sampled_from(["0", "30", "*/7", "*", "5,55"])
hours = st.sampled_from(["*", "*/3", "2", "0", "1-3", "23"])
days = st.sampled_from(["*", "1", "29-31", "*/5"])
weekdays = st.sampled_from(["*", "sun", "1-5"])
rules = st.builds(
    lambda m, h, d, w, tz: Rule(f"{m} {h} {d} * {w}", tz), minutes, hours, days, weekdays, zones
)


@given(rules, instants)
def test_slots_go_forward_on_whole_minutes(rule, after):
    slots = list(islice(fires(rule, after), 60))
    assert len(slots) == 60
    assert all(earlier < later for earlier, later in zip([after, *slots], slots, strict=False))
    assert not any(slot.second or slot.microsecond for slot in slots)


@given(rules, instants)
def test_asking_again_from_any_slot_on_gives_the_same_slots(rule, after):
    slots = list(islice(fires(rule, after), 40))
    assert [next_fire(rule, slot) for slot in slots[:-1]] == slots[1:]


@given(rules, instants)
def test_every_slot_shows_a_time_of_the_rule_or_ends_a_gap(rule, after):
    for slot in islice(fires(rule, after), 40):
        wall = slot.astimezone(rule.zone)
        before = (slot - timedelta(minutes=1)).astimezone(rule.zone)
        jumped = wall.utcoffset() > before.utcoffset()
        assert jumped or (wall.minute in rule.fields.minutes and wall.hour in rule.fields.hours)
