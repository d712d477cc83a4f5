import pytest

from calypso.models import cron
from calypso.models.cron import CronError


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0", {0}),
        ("*/15", {0, 15, 30, 45}),
        ("5/20", {5, 25, 45}),
        ("1-4", {1, 2, 3, 4}),
        ("10-20/5,59", {10, 15, 20, 59}),
        ("0,0,1", {0, 1}),
    ],
)
def test_a_field_takes_numbers_ranges_steps_and_lists(text, wanted):
    assert cron.parse(f"{text} * * * *").minutes == wanted


def test_months_and_days_have_names_and_sunday_two_numbers():
    rule = cron.parse("0 0 * Jan,MAR-apr Fri-7")
    assert rule.months == {1, 3, 4}
    assert rule.weekdays == {5, 6, 0}
    assert cron.parse("0 0 * * 7").weekdays == cron.parse("0 0 * * sun").weekdays == {0}


def test_any_day_of_the_week_is_seven_days():
    assert cron.parse("0 0 * * *").weekdays == set(range(7))
    assert cron.parse("0 0 * * */2").weekdays == {0, 2, 4, 6}


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("* * * *", "Five fields"),
        ("* * * * * *", "Five fields"),
        ("@daily", "Five fields"),
        ("", "Five fields"),
        ("60 * * * *", "minute: '60' is not within 0 to 59"),
        ("* 24 * * *", "hour"),
        ("* * 0 * *", "day of month"),
        ("* * * 13 *", "month"),
        ("* * * * 8", "day of week"),
        ("* * * foo *", "month: 'foo'"),
        ("mon * * * *", "minute: 'mon'"),
        ("*/0 * * * *", "a step of 0"),
        ("5-1 * * * *", "runs backwards"),
        ("*-5 * * * *", "takes no range"),
        ("1, * * * *", "minute"),
        ("-1 * * * *", "minute"),
        ("٣ * * * *", "minute"),
        ("1-2-3 * * * *", "minute"),
        ("99999999999999999999 * * * *", "minute"),
        ("0 0 30 2 *", "never fire"),
        ("0 0 31 4,6,9,11 *", "never fire"),
        ("0 " * 200, "Five fields"),
    ],
)
def test_what_is_no_rule_is_refused_with_the_field_and_the_reason(text, about):
    with pytest.raises(CronError, match=about):
        cron.parse(text)


def test_a_day_that_never_comes_is_no_matter_beside_a_weekday():
    assert cron.parse("0 0 30 2 mon").weekdays == {1}
