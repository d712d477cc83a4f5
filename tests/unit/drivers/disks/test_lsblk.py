"""What lsblk tells: which disks there are, what is on them, who uses them."""

import json

import pytest

from calypso.drivers.storage import StorageError
from calypso.drivers.storage.disks import lsblk
from tests.fakes.host import FakeHost

HOST = FakeHost("openzfs-2.1.11")
BLOCKS = {one.kernel: one for one in lsblk.disks(HOST.recording("321-lsblk.txt").stdout)}


def block(kernel, kind="disk", below=(), **told):
    return {
        "name": kernel, "kname": kernel, "path": f"/dev/{kernel}", "type": kind, "size": 1 << 30,
        "mountpoints": [None], "fstype": None, "label": None, "children": list(below), **told,
    }  # fmt: skip


def disks(*blocks):
    return lsblk.disks(json.dumps({"blockdevices": list(blocks)}))


def test_the_disks_of_a_machine_are_found_with_their_partitions():
    assert set(BLOCKS) == {"sda", "sdb", "sdc", "sdd", "sde", "sdf", "vda"}
    assert [one.kernel for one in BLOCKS["sda"].partitions] == ["sda1", "sda9"]


def test_what_is_on_a_disk_is_told_partition_by_partition():
    assert BLOCKS["sda"].holds == ["sda1: zfs_member tank"]
    assert BLOCKS["sdc"].holds == ["sdc: ext4"]
    assert BLOCKS["sdd"].holds == ["sdd: swap"]
    assert BLOCKS["sde"].holds == []


def test_a_mounted_disk_has_a_user():
    assert BLOCKS["vda"].users == ["/dev/vda is mounted at /"]
    assert BLOCKS["sda"].users == []


def test_swap_mounts_and_what_is_made_of_a_disk_are_users():
    (disk,) = disks(
        block(
            "sda",
            below=[
                block("sda1", "part", mountpoints=["/boot", "/mnt"]),
                block("sda2", "part", mountpoints=["[SWAP]"]),
                block("sda3", "part", below=[block("md0", "raid1", path="/dev/md0")]),
            ],
        )
    )
    assert disk.users == [
        "/dev/sda1 is mounted at /boot",
        "/dev/sda1 is mounted at /mnt",
        "it is swap space",
        "/dev/md0 (raid1) is made of it",
    ]


@pytest.mark.parametrize(
    "other",
    [
        block("zram0"), block("zd16"), block("loop0", "loop"), block("sr0", "rom"),
        block("nbd0"), block("sdz", size=0),
    ],
    ids=lambda one: one["kname"],
)  # fmt: skip
def test_what_is_no_disk_of_this_machine_is_left_out(other):
    assert [one.kernel for one in disks(block("sda"), other)] == ["sda"]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"blockdevices": [{}]}'])
def test_an_answer_of_another_form_is_refused(text):
    with pytest.raises(StorageError, match="lsblk") as refused:
        lsblk.disks(text)
    assert refused.value.original == text
