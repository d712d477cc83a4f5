"""Whether an `up` has a Bacula beside it, and what it says where it has none."""

import pytest

from calypso.config import load
from calypso.embedded import bacula_beside


class Absent:
    """A Bacula whose programs are not here; `prepare` would fetch them."""

    names = ("bacula-sd", "bacula-fd", "bacula-dir")
    is_here = False

    def __init__(self):
        self.prepared = []

    def prepare(self, owner_url, *, pause):
        self.prepared.append((owner_url, pause))
        raise OSError("no network")


class NobodyElse:
    """A supervisor with nobody to end."""

    def end(self, names, *, grace_s, wait):
        pass


def begun(**asked):
    said, absent = [], Absent()
    found = bacula_beside.start(
        absent, "postgresql://owner", NobodyElse(), say=said.append, pause=said.clear, **asked
    )
    assert found == {}
    return absent, "\n".join(said)


def test_nothing_is_fetched_unasked_and_the_way_to_it_is_told():
    absent, said = begun(may_fetch=False)
    assert absent.prepared == []
    assert "CALYPSO_BACKUP_PRODUCT=bacula" in said
    assert "apt-get install" in said


def test_who_asks_has_it_fetched_and_hears_why_that_failed():
    absent, said = begun(may_fetch=True)
    assert len(absent.prepared) == 1
    assert "Fetching" in said
    assert "Bacula is not started: no network" in said


@pytest.mark.parametrize(
    ("settings", "workers", "wanted"),
    [
        ({}, ["backup", "system"], True),
        ({}, ["system"], False),
        ({"backup_product": "bacula"}, ["system"], True),
        ({"backup_product": "none"}, ["backup"], False),
        ({"bacula_director": "elsewhere:9101"}, ["backup"], False),
    ],
)
def test_one_is_wanted_where_backups_are_served_and_no_director_is_named(settings, workers, wanted):
    assert bacula_beside.is_wanted(load(**settings), workers) is wanted
