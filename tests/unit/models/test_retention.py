"""What policies keep: golden lists, and what holds for every policy and every list."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from calypso.models.retention import RULES, Retention, Taken, end_of, judge

GREENWICH, VIENNA = ZoneInfo("UTC"), ZoneInfo("Europe/Vienna")
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def taken(*times, protected=(), partial=()):
    return [
        Taken((at, place), at, place in protected, place in partial)
        for place, at in enumerate(times)
    ]


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def kept(policy, snapshots, *, zone=GREENWICH, now=NOW):
    """(day and time, reason) of what is kept, oldest first."""
    said = judge(Retention(**policy), snapshots, zone=zone, now=now)
    return [
        (f"{one.at:%m-%d %H:%M}", verdict.reason)
        for one, verdict in sorted(zip(snapshots, said, strict=True), key=lambda two: two[0].order)
        if verdict.keep
    ]


def every(step, count, *, until=NOW):
    return taken(*(until - step * n for n in range(count)))


# ---- counts, as Proxmox Backup Server counts


def test_the_newest_of_each_day_is_kept():
    assert kept({"keep_daily": 3}, every(6 * HOUR, 30)) == [
        ("11-24 18:00", "keep_daily"),
        ("11-25 18:00", "keep_daily"),
        ("11-26 12:00", "keep_daily"),
    ]


def test_rules_are_asked_in_their_order_and_a_period_that_is_kept_costs_nothing():
    policy = {"keep_last": 2, "keep_hourly": 2, "keep_daily": 2}
    assert kept(policy, every(timedelta(minutes=30), 200)) == [
        ("11-24 23:30", "keep_daily"),
        ("11-25 23:30", "keep_daily"),
        ("11-26 09:30", "keep_hourly"),
        ("11-26 10:30", "keep_hourly"),
        ("11-26 11:30", "keep_last"),
        ("11-26 12:00", "keep_last"),
    ]  # fmt: skip


def test_one_a_day_for_years_by_every_rule():
    """The last of October is in the week of 1 November, which has let it go already."""
    policy = Retention(keep_last=3, keep_daily=4, keep_weekly=3, keep_monthly=3, keep_yearly=2)
    listed = every(DAY, 1500)
    said = judge(policy, listed, zone=GREENWICH, now=NOW)
    assert [
        (f"{one.at:%Y-%m-%d}", verdict.reason)
        for one, verdict in zip(listed, said, strict=True)
        if verdict.keep
    ] == [
        ("2026-11-26", "keep_last"), ("2026-11-25", "keep_last"), ("2026-11-24", "keep_last"),
        ("2026-11-23", "keep_daily"), ("2026-11-22", "keep_daily"), ("2026-11-21", "keep_daily"),
        ("2026-11-20", "keep_daily"),
        ("2026-11-15", "keep_weekly"), ("2026-11-08", "keep_weekly"), ("2026-11-01", "keep_weekly"),
        ("2026-10-25", "keep_monthly"), ("2026-09-30", "keep_monthly"),
        ("2026-08-31", "keep_monthly"),
        ("2025-12-31", "keep_yearly"), ("2024-12-31", "keep_yearly"),
    ]  # fmt: skip


def test_empty_periods_do_not_count():
    days = taken(at("2026-11-26T08:00"), at("2026-11-03T08:00"), at("2026-07-01T08:00"))
    assert kept({"keep_daily": 2}, days) == [
        ("11-03 08:00", "keep_daily"),
        ("11-26 08:00", "keep_daily"),
    ]


def test_a_week_that_goes_over_new_year_is_one_week():
    """2026-12-28 to 2027-01-03 is week 53 of 2026; the first days of 2025 are of its week 1."""
    over = taken(
        at("2026-12-27T08:00"), at("2026-12-31T08:00"), at("2027-01-01T08:00"),
        at("2027-01-03T08:00"), at("2027-01-04T08:00"),
    )  # fmt: skip
    assert kept({"keep_weekly": 3}, over) == [
        ("12-27 08:00", "keep_weekly"),
        ("01-03 08:00", "keep_weekly"),
        ("01-04 08:00", "keep_weekly"),
    ]
    monday = taken(at("2024-12-30T08:00"), at("2025-01-05T08:00"), at("2025-12-28T08:00"))
    assert [when for when, _ in kept({"keep_weekly": 3}, monday)] == ["01-05 08:00", "12-28 08:00"]


def test_days_are_those_of_the_task():
    night = taken(at("2026-11-25T22:30"), at("2026-11-25T23:30"))
    assert kept({"keep_daily": 2}, night) == [("11-25 23:30", "keep_daily")]
    assert len(kept({"keep_daily": 2}, night, zone=VIENNA)) == 2


def test_a_protected_one_stays_and_takes_nobodys_place():
    four = taken(*(NOW - DAY * n for n in range(4)), protected={0, 3})
    assert kept({"keep_last": 1}, four) == [
        ("11-23 12:00", "protected"),
        ("11-25 12:00", "keep_last"),
        ("11-26 12:00", "protected"),
    ]
    same_day = taken(NOW, NOW - HOUR, protected={0})
    assert kept({"keep_daily": 1}, same_day) == [
        ("11-26 11:00", "keep_daily"),
        ("11-26 12:00", "protected"),
    ]


def test_an_unfinished_one_is_kept_only_where_it_is_the_newest_of_all():
    both = taken(*(NOW - HOUR * n for n in range(4)), partial={0, 2})
    assert kept({"keep_last": 5}, both) == [
        ("11-26 09:00", "keep_last"),
        ("11-26 11:00", "keep_last"),
        ("11-26 12:00", "newest_partial"),
    ]
    assert [when for when, _ in kept({"keep_last": 5}, taken(NOW, NOW - HOUR, partial={0, 1}))] == [
        "11-26 12:00"
    ]
    stale = judge(Retention(keep_last=5), both, zone=GREENWICH, now=NOW)[2]
    assert (stale.keep, stale.reason) == (False, "stale_partial")


def test_what_one_rule_lets_go_no_later_rule_takes_back():
    """The 11:00 one is not the newest of its day; that it is the newest of a week is no help."""
    day = taken(at("2026-11-26T12:00"), at("2026-11-19T12:00"), at("2026-11-19T11:00"))
    assert kept({"keep_daily": 2, "keep_weekly": 5}, day) == [
        ("11-19 12:00", "keep_daily"),
        ("11-26 12:00", "keep_daily"),
    ]


def test_nothing_and_nothing_but_zeros_mean_that_everything_stays():
    for policy in ({}, {"keep_last": 0}, {"keep_daily": 0, "keep_yearly": 0}, {"min_age": "P1D"}):
        assert not Retention(**policy).keeps_something
        assert len(kept(policy, every(DAY, 9))) == 9
    assert kept({"keep_last": 0, "keep_daily": 1}, every(DAY, 3)) == [("11-26 12:00", "keep_daily")]


def test_the_newest_is_so_by_its_transaction_group_and_not_by_its_time():
    clock_was_ahead = [
        Taken(order=10, at=NOW + DAY),
        Taken(order=11, at=NOW),
        Taken(order=12, at=NOW - HOUR),
    ]
    said = judge(Retention(keep_last=1), clock_was_ahead, zone=GREENWICH, now=NOW)
    assert [verdict.keep for verdict in said] == [False, False, True]


def test_an_hour_that_comes_twice_is_one_hour_as_by_the_wall():
    twice = taken(*(datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1, 2)))
    assert kept({"keep_hourly": 5}, twice, zone=VIENNA) == [
        ("10-25 01:30", "keep_hourly"),
        ("10-25 02:30", "keep_hourly"),
    ]


# ---- lifetimes, as zettarepl has them


def test_what_is_older_than_its_lifetime_goes_and_what_is_as_old_stays():
    ages = [DAY * 13, DAY * 14, DAY * 14 + timedelta(minutes=1), DAY * 15]
    assert kept({"lifetime": "P14D"}, taken(*(NOW - age for age in ages))) == [
        ("11-12 12:00", "within_lifetime"),
        ("11-13 12:00", "within_lifetime"),
    ]


def test_ages_are_counted_in_whole_minutes():
    late = NOW + timedelta(seconds=50)
    assert len(kept({"lifetime": "PT1H"}, taken(NOW - HOUR), now=late)) == 1
    assert kept({"lifetime": "PT1H"}, taken(NOW - HOUR - timedelta(seconds=1)), now=NOW) == []


def test_what_is_to_live_a_day_lives_to_the_same_time_of_a_longer_day():
    noon = datetime(2026, 10, 24, 10, tzinfo=UTC)  # 12:00 in Vienna; the next noon is 25 h later
    for hours, count in ((25, 1), (26, 0)):
        now = noon + HOUR * hours
        assert len(kept({"lifetime": "P1D"}, taken(noon), zone=VIENNA, now=now)) == count


def test_an_hour_lives_an_hour_while_clocks_are_put_forward():
    before = datetime(2026, 3, 29, 0, 59, tzinfo=UTC)  # 01:59; a minute later it is 03:00
    now = before + timedelta(minutes=2)
    assert len(kept({"lifetime": "PT1H"}, taken(before), zone=VIENNA, now=now)) == 1


def test_one_of_the_future_stays():
    assert len(kept({"lifetime": "PT1H"}, taken(NOW + DAY * 400))) == 1


def test_the_least_age_spares_the_young_from_any_policy():
    assert kept({"keep_last": 1, "min_age": "PT90M"}, every(HOUR, 4)) == [
        ("11-26 11:00", "min_age"),
        ("11-26 12:00", "keep_last"),
    ]


# ---- policies


@pytest.mark.parametrize(
    "policy",
    [
        {"lifetime": 14}, {"lifetime": "14"}, {"lifetime": "P0D"}, {"lifetime": "-P1D"},
        {"lifetime": "P500Y"}, {"lifetime": "14 days"}, {"keep_last": -1}, {"keep_last": 10**9},
        {"keep_last": "many"}, {"lifetime": "P1D", "keep_last": 1}, {"keep_minutely": 3},
        {"min_age": 5},
    ],
)  # fmt: skip
def test_what_is_no_policy_is_refused(policy):
    with pytest.raises(ValidationError):
        Retention(**policy)


def test_a_policy_says_the_same_after_it_was_kept():
    for policy in (Retention(lifetime="P2W"), Retention(keep_last=3, min_age="PT36H")):
        assert Retention.model_validate_json(policy.model_dump_json(exclude_none=True)) == policy


# ---- what holds for every policy and every list

instants = st.datetimes(
    datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)  # noqa: DTZ001 - hypothesis adds it
)  # fmt: skip
zones = st.sampled_from([GREENWICH, VIENNA, ZoneInfo("Australia/Lord_Howe")])
lists = st.lists(
    st.tuples(instants, st.booleans(), st.booleans()), max_size=40, unique_by=lambda one: one[0]
).map(
    lambda told: [Taken(when, when, safe, part and not safe) for when, safe, part in told]
)  # fmt: skip
finished = st.lists(instants, max_size=60, unique=True).map(
    lambda times: [Taken(t, t) for t in times]
)
counts = st.fixed_dictionaries({f"keep_{rule}": st.integers(0, 6) for rule in RULES})
lifetimes = st.timedeltas(timedelta(minutes=1), timedelta(days=4000))
policies = st.one_of(
    counts.map(lambda told: Retention(**told)),
    lifetimes.map(lambda lifetime: Retention(lifetime=lifetime)),
)


def kept_of(policy, snapshots, zone=VIENNA, now=NOW):
    said = judge(policy, snapshots, zone=zone, now=now)
    return {one.at for one, verdict in zip(snapshots, said, strict=True) if verdict.keep}


@given(counts, finished, zones)
def test_no_rule_keeps_more_than_it_may_and_all_count_periods_once(told, snapshots, zone):
    said = judge(Retention(**told), snapshots, zone=zone, now=NOW)
    for rule in RULES if any(told.values()) else ():
        reasons = [verdict.reason for verdict in said if verdict.keep]
        assert reasons.count(f"keep_{rule}") <= told[f"keep_{rule}"]
    if any(told.values()) and snapshots:
        newest = max(range(len(snapshots)), key=lambda place: snapshots[place].order)
        assert said[newest].keep


@given(policies, lists, zones)
def test_what_a_policy_keeps_it_keeps_again_of_what_it_kept(policy, snapshots, zone):
    """Pruning twice is as good as pruning once."""
    said = judge(policy, snapshots, zone=zone, now=NOW)
    left = [one for one, verdict in zip(snapshots, said, strict=True) if verdict.keep]
    assert all(verdict.keep for verdict in judge(policy, left, zone=zone, now=NOW))


@given(policies, lists, zones, st.randoms(use_true_random=False))
def test_the_order_of_a_list_decides_nothing(policy, snapshots, zone, random):
    mixed = random.sample(snapshots, len(snapshots))
    assert kept_of(policy, mixed, zone) == kept_of(policy, snapshots, zone)


@given(counts, finished)
def test_a_larger_count_of_the_last_rule_lets_nothing_more_go(told, snapshots):
    more = {**told, "keep_yearly": told["keep_yearly"] + 1}
    if any(told.values()):
        assert kept_of(Retention(**told), snapshots) <= kept_of(Retention(**more), snapshots)


@given(lifetimes, lists, st.timedeltas(timedelta(0), timedelta(days=900)))
def test_what_time_takes_it_never_gives_back(lifetime, snapshots, later):
    policy = Retention(lifetime=lifetime)
    assert kept_of(policy, snapshots, GREENWICH, NOW + later) <= kept_of(
        policy, snapshots, GREENWICH, NOW
    )


@given(policies, lists)
def test_a_protected_one_is_never_let_go_and_changes_nothing_for_the_others(policy, snapshots):
    said = judge(policy, snapshots, zone=VIENNA, now=NOW)
    assert all(
        verdict.keep for one, verdict in zip(snapshots, said, strict=True) if one.is_protected
    )
    others = [one for one in snapshots if not one.is_protected]
    if not any(one.is_partial for one in snapshots):
        alone = kept_of(policy, others)
        assert (
            kept_of(policy, snapshots) - {one.at for one in snapshots if one.is_protected} == alone
        )


@given(policies, lists, st.timedeltas(timedelta(minutes=1), timedelta(days=4000)))
def test_nothing_younger_than_the_least_age_goes(policy, snapshots, least):
    careful = policy.model_copy(update={"min_age": least})
    said = judge(careful, snapshots, zone=VIENNA, now=NOW)
    assert all(
        verdict.keep or NOW - one.at >= least for one, verdict in zip(snapshots, said, strict=True)
    )


# ---- when a lifetime is over


@given(
    lifetime=st.timedeltas(timedelta(minutes=1), timedelta(days=400)),
    at=st.integers(0, 5 * 365 * 1440).map(lambda minutes: NOW - timedelta(minutes=minutes)),
    zone=st.sampled_from([GREENWICH, VIENNA, ZoneInfo("Australia/Lord_Howe")]),
)
def test_the_end_of_a_lifetime_is_the_first_minute_at_which_it_is_over(lifetime, at, zone):
    end = end_of(lifetime, at, zone)
    policy = {"lifetime": lifetime}
    assert kept(policy, taken(at), zone=zone, now=end) == []
    assert kept(policy, taken(at), zone=zone, now=end - timedelta(minutes=1)) != []


def test_a_day_that_is_cut_short_cuts_no_lifetime():
    noon = datetime(2026, 3, 28, 12, tzinfo=VIENNA)  # the night after has 23 hours
    assert end_of(DAY, noon, VIENNA) == noon.astimezone(UTC) + DAY + timedelta(minutes=1)
    noon = datetime(2026, 10, 24, 12, tzinfo=VIENNA)  # and this one 25
    assert end_of(DAY, noon, VIENNA) == noon.astimezone(UTC) + DAY + HOUR + timedelta(minutes=1)
