"""Acts on volumes, with a director that plays recordings."""

import pytest

from calypso.drivers.backup import BackupError, StorageDown, VolumeInUse, VolumeMissing
from tests.fakes.director import BEGIN, END, HOLD, OK

RUNNING = b"\njobid=7\ntype=B\nstatus=R\nstatus_desc=is running\nstorage=Disk\nrstorage=\n\n"


@pytest.fixture
def busy(fake):
    """A director with a volume Hand and a live run on storage Disk."""
    fake.plays("ended", "volumes")
    return fake.says(".status dir running", BEGIN, b"running:\n", RUNNING, OK, END)


@pytest.mark.parametrize(
    "told",
    [
        (BEGIN, b"\njobid=7\nwrite_volume=Hand\nwrite_device=DiskDrive0\n\n", OK, END),
        (BEGIN, b"\njobid=7\nread_volume=Hand\nread_device=DiskDrive0\n\n", OK, END),
        (BEGIN, b"\nFailed to connect to Storage daemon Disk.\n====\n", OK, END),
        (BEGIN, b"Daemon is asleep\n", END),
        (HOLD,),
    ],
)
def test_a_volume_is_left_alone_when_a_run_uses_it_or_nobody_can_tell(busy, told):
    from calypso.drivers.backup.bacula import BaculaBackup
    from tests.unit.drivers.bacula.conftest import addressed

    busy.says('.status storage="Disk" running', *told)

    for act in ("purge", "delete"):
        with pytest.raises(VolumeInUse, match="Disk"):
            getattr(BaculaBackup(addressed(busy, timeout_s=0.5)), act)("Hand")

    assert not any(word.startswith(("purge", "delete")) for word in busy.heard)


def test_a_purge_that_the_catalog_does_not_show_is_no_success(busy, backup):
    """The recorded catalog shows the volume as it was."""
    busy.says('.status storage="Disk" running', BEGIN, b"\njobid=7\nwrite_volume=V\n\n", OK, END)

    with pytest.raises(BackupError, match="refused 'purge'"):
        backup.purge("Hand")

    assert 'purge volume="Hand"' in busy.heard


def test_a_volume_that_is_not_in_the_catalog_is_not_asked_for(busy, backup):
    with pytest.raises(VolumeMissing):
        backup.purge("Nowhere")

    assert busy.heard[-1] == "llist volumes"


def test_slots_of_a_storage_that_does_not_answer_are_not_told(fake, backup, recordings):
    fake.plays("lists").says(
        'update slots storage="Away" drive=0', BEGIN, b"Failed to connect to Storage.\n", OK, END
    )

    with pytest.raises(StorageDown):
        backup.update_slots("Away")


def test_what_lies_in_the_slots_is_told_by_what_the_catalog_knows(fake, backup, recordings):
    fake.plays("lists", "changer")

    told = backup.update_slots("Library")

    assert told.unknown == tuple(f"TAPE00{n}" for n in range(1, 7))
    assert told.known == ()
