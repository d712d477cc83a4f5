"""Restores: what is noted for them, and what is refused before."""

import re

import pytest

from calypso.drivers.backup import (
    BackupError,
    BackupJobMissing,
    ClientMissing,
    NothingToRestore,
    Replace,
    RestoreSpec,
    RunMissing,
    Unsupported,
)
from tests.fakes.bareos import EMPTY, error, result

RESTORED = (
    'restore file=?b2N client="bareos-fd" restoreclient="bareos-fd" restorejob="RestoreFiles" '
    'where="/srv/back" replace=never comment="calypso-22-1" yes'
)


class Restoring:
    """Answers whatever table a restore asks for; `order`: the restore, `noted`: the table."""

    def __init__(self, fake):
        self.fake, self.answer = fake, fake._answer
        fake._answer = self
        self.refuses = None

    def __call__(self, command, answers):
        plain = re.sub(r"b2\d+", "b2N", command)
        if plain.startswith((".bvfs_restore", ".bvfs_cleanup", "restore ")):
            self.fake.asked.append(plain)
            if self.refuses and plain.startswith(self.refuses):
                return error("Odd.")
            return result(run={"jobid": "9"}) if plain.startswith("restore ") else EMPTY
        return self.answer(command, answers)

    @property
    def told(self):
        return [one for one in self.fake.asked if "b2N" in one]


@pytest.fixture
def restoring(fake):
    return Restoring(fake)


def test_all_of_the_newest_state_is_restored_by_its_roots(backup, restoring):
    spec = RestoreSpec(client="bareos-fd", fileset="SelfTest", where="/srv/back")

    assert backup.restore(spec, comment="calypso-22-1") == 9
    assert restoring.told == [
        ".bvfs_restore path=b2N jobid=1,2 dirid=9,14",
        RESTORED,
        ".bvfs_cleanup path=b2N",
    ]
    assert ".bvfs_update jobid=1,2" in restoring.fake.asked


def test_chosen_files_and_folders_are_restored_to_another_client(backup, restoring):
    spec = RestoreSpec(
        client="bareos-fd", runs=(1, 2), to_client="test2-fd", in_place=True,
        paths=("/home/ada/bpluginfo", '/home/ada/a "link"', "/home/ada/"),
        replace=Replace.IF_NEWER,
    )  # fmt: skip

    assert backup.restore(spec, comment="calypso-22-1") == 9
    assert restoring.told[0] == (".bvfs_restore path=b2N jobid=1,2 fileid=7,9 dirid=4 hardlink=2,5")
    assert 'restoreclient="test2-fd"' in restoring.told[1]
    assert 'where="/" replace=ifnewer' in restoring.told[1]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"client": "nosuch"}, ClientMissing),
        ({"to_client": "nosuch"}, ClientMissing),
        ({"job": "nosuch"}, BackupJobMissing),
        ({"job": "backup-bareos-fd"}, BackupJobMissing),
        ({"runs": (999999,)}, RunMissing),
        ({"paths": ("/home/ada/gone",)}, NothingToRestore),
        ({"paths": ("/nosuch/",)}, NothingToRestore),
        ({"paths": ()}, NothingToRestore),
    ],
)
def test_a_restore_of_what_is_not_there_starts_nothing(fake, backup, restoring, change, refusal):
    fake.says('.bvfs_lsdirs jobid=1,2 path="/home/ada/gone/" limit=200001', error())
    told = {"client": "bareos-fd", "runs": (1, 2), "where": "/srv/back", **change}

    with pytest.raises(refusal):
        backup.restore(RestoreSpec(**told), comment="calypso-22-1")
    assert restoring.told == []


def test_what_was_noted_for_a_restore_is_forgotten_when_it_is_refused(backup, restoring):
    restoring.refuses = "restore "
    spec = RestoreSpec(client="bareos-fd", runs=(1, 2), where="/srv/back")

    with pytest.raises(BackupError, match="Odd"):
        backup.restore(spec, comment="calypso-22-1")
    assert restoring.told[-1] == ".bvfs_cleanup path=b2N"


def test_more_files_than_fit_a_line_are_refused_and_none_is_restored(fake, backup, restoring):
    lstat = "gD OEE4 IHo B GHH GHH A G9S BAA 4 BVjBQG BVjBQG BVjBQG A A C"
    rows = [
        {"jobid": 1, "fileid": 10**7 + one, "pathid": 4, "name": f"f{one}", "lstat": lstat}
        for one in range(600)
    ]
    fake.says('.bvfs_lsfiles jobid=1,2 path="/home/ada/" limit=200001', result(files=rows))
    paths = tuple(f"/home/ada/f{one}" for one in range(600))
    spec = RestoreSpec(client="bareos-fd", runs=(1, 2), where="/srv/back", paths=paths)

    with pytest.raises(Unsupported, match="the folder that holds them"):
        backup.restore(spec, comment="calypso-22-1")
    assert restoring.told == []
