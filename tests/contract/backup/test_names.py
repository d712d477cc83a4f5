"""Names that a real director does not know, or must never see."""

import uuid

import pytest

from calypso.drivers.backup import (
    BackupJobMissing,
    BackupPoolMissing,
    BadName,
    ClientMissing,
    FilesetMissing,
    StorageMissing,
)

pytestmark = pytest.mark.real("bacula")


def token():
    return f"calypso:{uuid.uuid4()}"


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"job": "NoSuch"}, BackupJobMissing),
        ({"client": "nosuch-fd"}, ClientMissing),
        ({"fileset": "NoSuch"}, FilesetMissing),
        ({"pool": "NoSuch"}, BackupPoolMissing),
        ({"storage": "NoSuch"}, StorageMissing),
    ],
)
def test_a_name_that_the_director_does_not_know_starts_nothing(backup, wrong, refusal):
    newest = backup.runs(limit=1)

    with pytest.raises(refusal, match=r"(?i)nosuch"):
        backup.start(**{"job": "Home", "comment": token(), **wrong})

    assert backup.runs(limit=1) == newest


HOSTILE = ['Home" yes', "Home\nversion", "Home;version", "Home\\", "", " ", "Home ", "../Home",
           "Home\0", "Höme", "x" * 200, '" job="Slow', "-Home"]  # fmt: skip


@pytest.mark.parametrize("field", ["job", "client", "fileset", "pool", "storage", "comment"])
def test_nothing_is_injected_through_a_name(backup, field):
    newest = backup.runs(limit=1)

    for hostile in HOSTILE:
        with pytest.raises(BadName):
            backup.start(**{"job": "Home", "comment": token(), field: hostile})

    assert backup.runs(limit=1) == newest


def test_nothing_is_injected_where_a_run_is_looked_for(backup):
    for hostile in HOSTILE:
        with pytest.raises(BadName):
            backup.find_started(hostile)
        with pytest.raises(BadName):
            backup.job(hostile)
        with pytest.raises(BadName):
            backup.estimate(hostile)
        with pytest.raises(BadName):
            backup.volume(hostile)
