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


def test_it_is_fetched_where_it_is_not_and_what_hinders_that_is_told():
    said, absent = [], Absent()

    found = bacula_beside.start(
        absent, "postgresql://owner", NobodyElse(), say=said.append, pause=said.clear
    )

    assert found == {}
    assert len(absent.prepared) == 1
    told = "\n".join(said)
    assert "Fetching" in told
    assert "Bacula is not started: no network" in told
    assert "apt-get install" in told


@pytest.mark.parametrize(
    ("settings", "argvs", "waiting"),
    [
        ({}, ["worker-backup", "api"], ["worker-backup"]),
        ({}, ["worker-system"], []),
        ({"backup_product": "none"}, ["worker-backup"], []),
        ({"bacula_director": "elsewhere:9101"}, ["worker-backup"], []),
        ({"backup_product": "bareos"}, ["worker-backup"], []),
        ({"bareos_config": "/b.conf"}, ["worker-backup"], []),
        (
            {"bareos_config": "/b.conf", "backup_product": "bacula"},
            ["worker-backup"],
            ["worker-backup"],
        ),
    ],
)
def test_the_worker_for_backups_waits_where_no_director_is_named(settings, argvs, waiting):
    given = {name: ["calypso"] for name in argvs}

    assert list(bacula_beside.taken(given, load(**settings))) == waiting
    assert list(given) == [name for name in argvs if name not in waiting]
