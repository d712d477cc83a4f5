"""Names that the director does not know, or must never see."""

import pytest

from calypso.drivers.backup import (
    BackupJobMissing,
    BackupPoolMissing,
    BadName,
    ClientMissing,
    FilesetMissing,
    StorageMissing,
)


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
def test_a_name_that_the_director_does_not_know_starts_nothing(fake, backup, wrong, refusal):
    with pytest.raises(refusal, match=r"(?i)nosuch"):
        backup.start(**{"job": "backup-bareos-fd", "comment": "calypso-1-1", **wrong})
    assert fake.acts == []


HOSTILE = ['Home" yes', "Home\nversion", "Home;version", "Home\\", "", " ", "Home ", "../Home",
           "Home\0", "Höme", "x" * 200, '" job="Slow', "-Home", "@exec", "it's"]  # fmt: skip


@pytest.mark.parametrize("field", ["job", "client", "fileset", "pool", "storage", "comment"])
@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_is_injected_through_a_name(fake, backup, field, hostile):
    with pytest.raises(BadName):
        backup.start(**{"job": "backup-bareos-fd", "comment": "calypso-1-1", field: hostile})
    assert fake.ran == []


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_is_injected_where_something_is_looked_for(fake, backup, hostile):
    for look in (backup.find_started, backup.job, backup.estimate, backup.volume):
        with pytest.raises(BadName):
            look(hostile)
    with pytest.raises(BadName):
        backup.label("Tape", hostile, "Full")
    with pytest.raises(BadName):
        backup.last_good(hostile)
    assert fake.ran == []
