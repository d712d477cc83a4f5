"""Labels, and what lies where."""

import pytest

from calypso.drivers.backup import (
    BackupPoolMissing,
    StorageDown,
    StorageMissing,
    VolumeExists,
    VolumeFaulty,
    VolumeMissing,
)
from tests.unit.drivers.bareos.conftest import listed, volume

FULL = volume("Full-0001", "Full", 5_000_000, 3)


def test_a_label_is_written_and_the_volume_returned(fake, backup):
    fake.says("llist media all", listed(FULL), listed(FULL, volume("Full-0010", "Append", 1, 4)))

    told = backup.label("Tape", "Full-0010", "Full", slot=4, drive=1)

    assert (told.name, told.slot) == ("Full-0010", 4)
    assert fake.acts == ['label storage="Tape" volume="Full-0010" pool="Full" slot=4 drive=1 yes']


def test_a_label_that_the_catalog_does_not_have_afterwards_was_not_written(backup):
    with pytest.raises(VolumeFaulty, match="Full-0010 was not written"):
        backup.label("Tape", "Full-0010", "Full", slot=4, drive=1)


def test_a_label_that_fails_is_refused_with_the_directors_word(fake, backup):
    fake.plays("refusals")

    with pytest.raises(VolumeFaulty, match="Label command failed for Volume Full-0010"):
        backup.label("Tape", "Full-0010", "Full", slot=4, drive=1)


def test_a_volume_that_is_there_is_not_labelled_again(fake, backup):
    with pytest.raises(VolumeExists):
        backup.label("Tape", "Full-0001", "Full")
    with pytest.raises(StorageMissing):
        backup.label("NoSuch", "Full-0010", "Full")
    with pytest.raises(BackupPoolMissing):
        backup.label("Tape", "Full-0010", "NoSuch")
    assert fake.acts == []


def test_what_lies_in_slots_is_labelled_by_barcode(fake, backup):
    new = volume("ABC004L8", "Append", 1, 4)
    fake.says("llist media all", listed(FULL), listed(FULL, new))

    assert [one.name for one in backup.label_barcodes("Tape", "Full", slots=(4, 5))] == ["ABC004L8"]


def test_where_nothing_lies_nothing_is_labelled(backup):
    with pytest.raises(VolumeMissing, match=r"slots \[4, 5\]"):
        backup.label_barcodes("Tape", "Full", slots=(4, 5))


def test_the_catalog_learns_what_lies_where(backup):
    told = backup.update_slots("Tape")

    assert told.known == ("Full-0001", "Full-0002")
    assert told.unknown == ("XYZ003L8",)


def test_a_storage_that_is_down_has_no_slots(fake, backup):
    with pytest.raises(StorageDown, match="Failed to connect to Storage daemon"):
        backup.update_slots("File", scan=True)
    fake.tells('update slots storage="Tape" drive=0', "Using Catalog.")
    with pytest.raises(StorageDown, match="does not answer"):
        backup.update_slots("Tape")
    with pytest.raises(StorageMissing):
        backup.update_slots("NoSuch")
