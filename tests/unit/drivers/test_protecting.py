"""What is written on a snapshot that is protected, and what is read there."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from calypso.drivers.storage import protecting

NEW_YEAR = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "until", [None, NEW_YEAR, NEW_YEAR.astimezone(timezone(timedelta(hours=5)))]
)
def test_what_is_written_is_read_again(until):
    assert protecting.told(protecting.word(until)) == (until is None, until)


@pytest.mark.parametrize("value", [None, "", "-", "off"])
def test_nothing_protects_nothing(value):
    assert protecting.told(value) == (False, None)


@pytest.mark.parametrize(
    "value", ["yes", "until spring", "2030-01-01T00:00:00", "on ", "9999-12-31T23:59:59-14:00"]
)
def test_what_a_person_wrote_and_nobody_can_read_protects(value):
    assert protecting.told(value) == (True, None)
