"""How snapshots are named, and that a name tells when it was taken."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from calypso.models.names import SnapshotName
from calypso.models.naming import (
    DEFAULT_SCHEMA,
    NamingSchema,
    check,
    is_unique_in_fold,
    name_at,
    time_of,
)

VIENNA = ZoneInfo("Europe/Vienna")
HAVANA = ZoneInfo("America/Havana")
NAIVE = "auto-%Y-%m-%d_%H-%M"
FIRST = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 by Vienna's wall
SECOND = FIRST + timedelta(hours=1)  # 02:30 again


def utc(*when):
    return datetime(*when, tzinfo=UTC)


def test_the_default_tells_the_two_passes_of_an_hour_apart():
    names = [name_at(DEFAULT_SCHEMA, at.astimezone(VIENNA)) for at in (FIRST, SECOND)]
    assert names == ["auto-2026-10-25_02-30--0200", "auto-2026-10-25_02-30--0100"]
    assert [time_of(DEFAULT_SCHEMA, name, VIENNA) for name in names] == [FIRST, SECOND]
    assert is_unique_in_fold(DEFAULT_SCHEMA)


def test_a_name_without_an_offset_is_of_the_first_pass():
    assert {name_at(NAIVE, at.astimezone(VIENNA)) for at in (FIRST, SECOND)} == {
        "auto-2026-10-25_02-30"
    }
    assert time_of(NAIVE, "auto-2026-10-25_02-30", VIENNA) == FIRST
    assert not is_unique_in_fold(NAIVE)


def test_west_of_greenwich_the_offset_has_its_own_dash():
    at = utc(2026, 1, 2, 12).astimezone(HAVANA)
    assert name_at(DEFAULT_SCHEMA, at) == "auto-2026-01-02_07-00-0500"
    assert time_of(DEFAULT_SCHEMA, "auto-2026-01-02_07-00-0500", VIENNA) == at


def test_an_older_zettarepl_wrote_a_colon_for_the_plus():
    assert time_of(DEFAULT_SCHEMA, "auto-2026-10-25_02-30:0200", VIENNA) == FIRST


def test_seconds_since_1970_are_read_without_a_zone():
    assert name_at("snap-%s", FIRST) == "snap-1792888200"
    assert time_of("snap-%s", "snap-1792888200", VIENNA) == FIRST
    assert is_unique_in_fold("snap-%s")


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ("auto-%Y-%m-%d_%H%%", "% is not an allowed character"),
        ("auto+%Y-%m-%d_%H-%M", r"Not allowed in a snapshot's name: \+"),
        ("a/b@%Y-%m-%d_%H-%M", "Not allowed in a snapshot's name: /@"),
        ("auto-%s-%Y", "No other placeholder"),
        ("auto-%s-%s", "No other placeholder"),
        ("auto-%m-%d_%H-%M", "%Y must be present"),
        ("auto-%Y-%d_%H-%M", "%m must be present"),
        ("auto-%Y-%m_%H-%M", "%d must be present"),
        ("auto-%Y-%m-%d_%M", "%H must be present"),
        ("auto-%Y-%m-%d_%H", "%M must be present"),
        ("auto", "%Y must be present"),
        ("auto-%Y-%m-%d_%H:%M%z", "%z and : cannot both"),
        ("auto-%Y-%m-%d_%H-%M-%Q", "does not tell when"),
        ("auto-%Y-%m-%d_%H-%M-%", "does not tell when"),
        ("auto-%Y-%m-%d_%H-%M_%Z", "does not tell when"),
        ("auto-%Y%m%d%H%M-%D", "does not tell when"),
        ("-%Y-%m-%d_%H-%M", "cannot begin with a dash"),
        ("a-name-that-is-much-too-long-for-anybody-%Y-%m-%d_%H-%M-%S", "more than 54"),
    ],
)
def test_what_is_no_schema_is_refused_with_the_reason(schema, why):
    with pytest.raises(ValueError, match=why):
        check(schema)


@pytest.mark.parametrize(
    "schema",
    [
        DEFAULT_SCHEMA, NAIVE, "%Y-%m-%d_%H.%M.%S", "snap%d%m%Y%H%M", "auto %Y-%m-%d %H:%M",
        "%s", "snap-%s.x", "daily_%Y%m%d_%H%M_%a", "x-%z_%Y%m%d%H%M",
        "%b %d-%m %Y %H %M %p",
    ],
)  # fmt: skip
def test_what_zettarepl_takes_is_taken(schema):
    assert check(schema) == schema


def test_an_offset_after_a_dash_is_read_with_either_sign():
    for zone, name in ((VIENNA, "x---0100_202601021300"), (HAVANA, "x--0500_202601020700")):
        at = utc(2026, 1, 2, 12).astimezone(zone)
        assert name_at("x-%z_%Y%m%d%H%M", at) == name
        assert time_of("x-%z_%Y%m%d%H%M", name, VIENNA) == at


@pytest.mark.parametrize(
    "name",
    [
        "", "auto", "auto-2026-1-2_3-4", "auto-2026-01-02_03-04x", "xauto-2026-01-02_03-04",
        "auto-2026-02-30_03-04", "auto-2026-01-02_25-04", "manual-2026-01-02_03-04",
        "auto-2026-01-02_03-04 ", "auto-٢٠٢٦-01-02_03-04", "auto-2026-01-02_03-04\n",
    ],
)  # fmt: skip
def test_what_the_schema_would_not_have_written_is_not_read(name):
    assert time_of(NAIVE, name, VIENNA) is None


@pytest.mark.parametrize(
    ("schema", "name"),
    [
        ("%s", "99999999999999"), ("%s", "01"), ("%s", "-5"), ("%s", "999999999999"),
        (DEFAULT_SCHEMA, "auto-0001-01-01_00-00--1400"),
        (DEFAULT_SCHEMA, "auto-9999-12-31_23-59-1400"),
        (DEFAULT_SCHEMA, "auto-2026-01-02_03-04Z"),
        (DEFAULT_SCHEMA, "auto-2026-01-02_03-04"),
    ],
)  # fmt: skip
def test_a_time_nobody_can_count_in_is_none(schema, name):
    assert time_of(schema, name, VIENNA) is None


def test_a_parameter_of_this_kind_says_why_it_was_refused():
    with pytest.raises(ValidationError, match="%Y must be present"):
        TypeAdapter(NamingSchema).validate_python("nightly")


zones = st.sampled_from([
    VIENNA, HAVANA, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kathmandu"), ZoneInfo("UTC"),
])  # fmt: skip
minutes = st.datetimes(
    datetime(1990, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)  # noqa: DTZ001 - hypothesis adds it
).map(lambda at: at.replace(second=0, microsecond=0))  # fmt: skip
unique = st.sampled_from([DEFAULT_SCHEMA, "x-%z_%Y%m%d%H%M", "%s", "%Y.%m.%d.%H.%M.%S%z"])


@given(unique, minutes, zones)
def test_every_name_that_is_made_is_allowed_and_tells_its_minute(schema, at, zone):
    name = name_at(schema, at.astimezone(zone))
    assert time_of(schema, name, VIENNA) == at
    TypeAdapter(SnapshotName).validate_python(name)


@given(minutes, zones)
def test_without_an_offset_the_wall_is_told_and_never_a_later_pass(at, zone):
    local = at.astimezone(zone)
    read = time_of(NAIVE, name_at(NAIVE, local), zone)
    assert read.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None)
    assert read == at or (local.fold == 1 and read < at)


@given(st.text(max_size=40), zones)
def test_any_text_is_either_read_and_written_back_or_none(name, zone):
    at = time_of(NAIVE, name, zone)
    assert at is None or name_at(NAIVE, at.astimezone(zone)) == name


@given(st.text("%YmdHMSzabpsjI-_.: x", max_size=30), minutes, zones)
def test_whatever_passes_for_a_schema_can_be_read_back(schema, at, zone):
    try:
        check(schema)
    except ValueError:
        return
    local = at.astimezone(zone)
    assert time_of(schema, name_at(schema, local), zone) in {
        at,
        time_of(NAIVE, name_at(NAIVE, local), zone),
    }
