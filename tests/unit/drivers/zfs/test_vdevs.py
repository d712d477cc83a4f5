"""The devices of a pool, by what they are for, where they stand, and how they are."""

import pytest

from calypso.drivers.storage import Device, Role
from calypso.drivers.storage.zfs import links
from calypso.drivers.storage.zfs.status import from_json, from_text
from tests.fakes.host import FakeHost

HOST = FakeHost("openzfs-2.1.11", "openzfs-2.3-documented")


def pools_in(recording):
    """What `zpool status` printed, without what other commands of the line did."""
    return [part for part in HOST.recording(recording).parts if part.startswith("  pool: ")]


def devices(recording, part=0):
    (told,) = from_text(pools_in(recording)[part])
    return told.devices


def short(device):
    return device.name.removeprefix("scsi-0QEMU_QEMU_HARDDISK_")


def rows(recording, part=0):
    return [(short(one), one.role.value, one.group, one.state) for one in devices(recording, part)]


def test_devices_stand_in_their_groups_and_have_their_roles():
    assert rows("310-add-n.txt") == [
        ("scratch0", "data", "mirror-0", "ONLINE"),
        ("scratch1", "data", "mirror-0", "ONLINE"),
        ("scratch2", "log", None, "ONLINE"),
        ("scratch3", "cache", None, "ONLINE"),
        ("scratch4", "spare", None, "AVAIL"),
    ]


def test_a_device_that_is_replaced_stands_beside_the_new_one():
    old, new, other = devices("145-replace.txt")
    assert [short(one) for one in (old, new, other)] == ["scratch0", "scratch2", "scratch1"]
    assert {one.group for one in (old, new, other)} == {"mirror-0"}
    assert (old.is_replacing, new.is_replacing, other.is_replacing) == (True, True, False)
    assert (old.is_resilvering, new.is_resilvering) == (False, True)
    assert (old.state, old.note) == ("FAULTED", "external device fault")
    assert new.checksum_errors == round(3.23 * 1024)


def test_a_disk_that_was_just_attached_is_not_yet_marked_as_resilvering():
    """So the scan must be looked at, not the device alone."""
    assert [one.is_resilvering for one in devices("312-attach.txt")] == [False] * 3


def test_replacing_devices_of_a_wider_mirror_are_seen():
    replacing = [short(one) for one in devices("312-attach.txt", 1) if one.is_replacing]
    assert replacing == ["scratch0", "scratch3"]


def test_a_device_that_is_gone_has_its_guid_and_says_what_it_was():
    gone = devices("159-import-missing.txt")[2]
    assert (gone.name, gone.state, gone.note) == (
        "12513139795970453212", "UNAVAIL", "was /lab/tmp/z3",
    )  # fmt: skip


def test_what_was_not_begun_is_no_note():
    assert {one.note for one in devices("303-status-ipt.txt")} == {None}


def test_a_spare_in_use_says_so():
    # Not recorded: the words of print_status_config().
    told = pools_in("313-spare.txt")[0]
    (status,) = from_text(told.replace("AVAIL     ", "INUSE     currently in use  "))
    spares = [one for one in status.devices if one.role is Role.SPARE]
    assert [(one.state, one.note) for one in spares] == [("INUSE", "currently in use")]


def test_a_single_disk_stands_alone():
    (only,) = devices("314-upgrade.txt")
    assert (only.group, only.role) == (None, Role.DATA)


def test_json_tells_the_same():
    (status,) = from_json(HOST.recording("status-replacing.txt").stdout)
    old, new, other, spare = status.devices
    assert [one.name for one in status.devices] == ["scratch0", "scratch2", "scratch1", "scratch4"]
    assert (old.group, old.is_replacing, old.is_resilvering) == ("mirror-0", True, False)
    assert (new.is_replacing, new.is_resilvering) == (True, True)
    assert not other.is_replacing
    assert (spare.role, spare.state) == (Role.SPARE, "AVAIL")


# ---- names

BY_ID = "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_scratch0"


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("sda", "sda"),
        ("sda", "/dev/sda"),
        ("sda", "/dev/sda1"),
        ("nvme0n1", "/dev/nvme0n1p1"),
        ("scsi-0QEMU_QEMU_HARDDISK_scratch0", BY_ID),
        ("scsi-0QEMU_QEMU_HARDDISK_scratch0", f"{BY_ID}-part1"),
        ("/lab/tmp/z1", "/lab/tmp/z1"),
    ],
)
def test_a_device_goes_by_its_name_and_its_paths(name, given):
    assert links.is_named(Device(name=name, state="ONLINE"), given)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("sda", "sdb"),
        ("sda", "/dev/sdaa"),
        ("scsi-0QEMU_QEMU_HARDDISK_scratch1", BY_ID),
        ("scsi-0QEMU_QEMU_HARDDISK_scratch", BY_ID),
        ("/lab/tmp/z1", "z1"),
        ("/lab/tmp/z1", "/lab/tmp/z"),
    ],
)
def test_a_device_goes_by_no_other_name(name, given):
    assert not links.is_named(Device(name=name, state="ONLINE"), given)


def test_a_device_that_is_gone_goes_by_the_path_it_had():
    gone = Device(name="12513139795970453212", state="UNAVAIL", note=f"was {BY_ID}-part1")
    assert links.is_named(gone, BY_ID)
    assert links.is_named(gone, "12513139795970453212")


def test_a_disk_has_a_name_that_stays_and_goes_by_all_others():
    text = HOST.recording("302-find-links.txt").stdout
    known = links.targets(text)
    assert links.aliases("sda", known)[0] == BY_ID
    assert links.is_steady(BY_ID)
    assert not links.is_steady("/dev/block/8:0")
    assert BY_ID in links.other_names("/dev/sda", text)
    assert "/dev/sda" in links.other_names(BY_ID, text)


def test_a_world_wide_name_says_too_little_to_be_the_first():
    known = {"/dev/disk/by-id/wwn-0x5000": "sda", "/dev/disk/by-id/ata-X_1": "sda"}
    assert links.aliases("sda", known) == ["/dev/disk/by-id/ata-X_1", "/dev/disk/by-id/wwn-0x5000"]
