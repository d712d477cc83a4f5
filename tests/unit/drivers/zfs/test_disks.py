"""Disks: who uses them, wiping only what nobody does, and their self-tests."""

import pytest

from calypso.drivers.storage import (
    DeviceInUse,
    DeviceMissing,
    Interrupted,
    SelfTestFailed,
    SmartTest,
    StorageError,
    Unsupported,
    WipeMode,
)
from calypso.errors import CommandTimedOut
from tests.fakes.host import RECORDINGS
from tests.unit.drivers.zfs import scenarios
from tests.unit.drivers.zfs.scenarios import (
    DISKS,
    SELF_TEST,
    SMART,
    known_disks,
    opener_argv,
    silent,
)

WIPES = {"wipefs", "stdbuf", "blkdiscard", "tee"}


def wiped(host):
    """The commands that change something on a disk."""
    return [
        " ".join(argv)
        for argv in host.asked
        if (argv[0] in WIPES and "--noheadings" not in argv) or "labelclear" in argv
    ]


def wipe(storage, disk=DISKS[4], mode=WipeMode.QUICK):
    storage.wipe_disk(disk, mode, on_bytes=lambda done, total: None, timeout_s=60)


def test_disks_have_a_steady_name_a_pool_and_a_health(host, storage):
    found = {one.device: one for one in scenarios.disks(host, storage)}
    assert found["/dev/sda"].path == DISKS[0]
    assert (found["/dev/sda"].serial, found["/dev/sda"].pool) == ("scratch0", "tank")
    assert found["/dev/sda"].smart.health == "passed"
    assert found["/dev/sdc"].pool is None
    assert found["/dev/sdc"].holds == ("sdc: ext4",)
    assert found["/dev/vda"].in_use == ("/dev/vda is mounted at /",)
    assert found["/dev/vda"].smart.health == "unknown"
    assert found["/dev/vda"].path.startswith("/dev/disk/by-path/")


def test_without_smartctl_the_health_is_unknown_and_says_how_to_know_it(host, storage):
    known_disks(host)
    assert {one.smart.reason for one in storage.disks()} == {
        "smartctl is not installed: apt-get install smartmontools."
    }


def test_a_disk_that_does_not_answer_is_listed_all_the_same(host, storage):
    known_disks(host)
    host.programs.add("smartctl")
    for at in ("sda", "sdb", "sdc", "sdd", "sde", "sdf", "vda"):
        host.answer([*SMART, f"/dev/{at}"], raises=CommandTimedOut("smartctl did not end"))
    assert {one.smart.health for one in storage.disks()} == {"unknown"}


# ---- looking for new ones


def test_controllers_are_asked_for_new_disks_and_disks_for_their_size(host, storage):
    assert scenarios.disk_hosts(host, storage) == [
        "/sys/class/scsi_host/host0/scan",
        "/sys/class/scsi_host/host1/scan",
        "/sys/class/scsi_device/0:0:0:0/device/rescan",
    ]
    scenarios.rescan_host(host, storage)
    assert wiped(host) == ["tee /sys/class/scsi_host/host0/scan"]


def test_a_machine_without_scsi_has_nothing_to_ask(host, storage):
    assert storage.disk_hosts() == []


@pytest.mark.parametrize("path", ["/etc/passwd", "/sys/class/scsi_host/../../power/state"])
def test_nothing_else_is_written_to(host, storage, path):
    with pytest.raises(DeviceMissing):
        storage.rescan_host(path)
    assert host.asked == []


# ---- wiping


def test_a_disk_is_overwritten_with_zeros_and_tells_how_far(host, storage):
    heard = scenarios.wipe_disk(host, storage)
    assert heard == [(268435456, 1 << 30), (1073741824, 1 << 30), (1 << 30, 1 << 30)]
    assert wiped(host) == [
        "wipefs --all /dev/sde",
        "stdbuf -oL blkdiscard --verbose --step 67108864 --zeroout /dev/sde",
    ]


def test_what_names_the_content_of_a_disk_goes_partition_by_partition(host, storage):
    plan = scenarios.plan_wipe_disk(host, storage)
    assert plan.commands == [
        ["zpool", "labelclear", "-f", "/dev/sda1"],
        ["wipefs", "--all", "/dev/sda1"],
        ["wipefs", "--all", "/dev/sda9"],
        ["wipefs", "--all", "/dev/sda"],
        ["stdbuf", "-oL", "blkdiscard", "--verbose", "--step", "67108864", "/dev/sda"],
    ]
    assert plan.destroys == [DISKS[0], "sda1: zfs_member tank"]
    assert wiped(host) == []


@pytest.mark.parametrize(
    ("disk", "user"),
    [("/dev/sda", "the pool tank"), (DISKS[1], "the pool tank"), ("/dev/vda", "mounted at /")],
)
def test_a_disk_somebody_uses_is_not_touched(host, storage, disk, user):
    known_disks(host)
    with pytest.raises(DeviceInUse, match=user):
        wipe(storage, disk)
    with pytest.raises(DeviceInUse, match=user):
        storage.plan_wipe_disk(disk, WipeMode.QUICK)
    assert wiped(host) == []


def test_a_disk_a_process_has_open_is_not_touched(host, storage):
    known_disks(host)
    host.answer(opener_argv(None, "/dev/sde"), "a-user-of-a-volume.txt")
    with pytest.raises(DeviceInUse, match="process"):
        wipe(storage)
    assert wiped(host) == []


def test_a_disk_that_is_not_there_is_missing(host, storage):
    known_disks(host)
    with pytest.raises(DeviceMissing, match="disk_rescan"):
        wipe(storage, "/dev/sdz")


def test_a_disk_that_still_holds_something_is_not_called_wiped(host, storage):
    known_disks(host)
    silent(host, opener_argv(None, "/dev/sde"), "wipefs --all /dev/sde")
    host.answer(["wipefs", "--noheadings", "--output", "TYPE", "/dev/sde"], "wipefs-left.txt")
    with pytest.raises(StorageError, match="still holds gpt"):
        wipe(storage)


def test_a_disk_that_was_taken_meanwhile_is_in_use(host, storage):
    known_disks(host)
    silent(host, opener_argv(None, "/dev/sde"), "wipefs --all /dev/sde")
    host.answer(scenarios.BLKDISCARD, "319-blkdiscard.txt", complaint=0)
    with pytest.raises(DeviceInUse, match="busy"):
        wipe(storage, mode=WipeMode.ZERO)


# ---- self-tests


def known_smart(host):
    known_disks(host)
    host.folders.append(RECORDINGS / "smartctl-documented")
    host.programs.add("smartctl")


def self_test(storage, timeout_s=60):
    return storage.run_smart_test(
        "/dev/sda", SmartTest.SHORT, on_smart=lambda told: None, timeout_s=timeout_s
    )


def answers(host, *names):
    for name in names:
        host.answer([*SELF_TEST, "/dev/sda"], f"ata-test-{name}.txt")


def test_a_self_test_is_begun_and_followed(host, storage, pauses):
    told, heard = scenarios.run_smart_test(host, storage)
    assert [one.percent for one in heard] == [10.0, 100.0]
    assert told.passed
    assert len(pauses) == 1


def test_a_self_test_that_runs_already_is_followed(host, storage):
    known_smart(host)
    answers(host, "running", "running", "passed")
    assert self_test(storage).passed
    assert not any("-t" in argv for argv in host.asked)


def test_how_an_earlier_test_ended_is_not_taken_for_the_end_of_this_one(host, storage, pauses):
    known_smart(host)
    host.answer(["smartctl", "-j", "-t", "short", "/dev/sda"], "start.txt")
    answers(host, "passed", "passed", "passed", "passed", "running", "running", "failed")
    with pytest.raises(SelfTestFailed):
        self_test(storage)
    assert pauses == [1.0, 1.0, 5.0]


def test_a_disk_that_shows_no_test_after_it_was_told_to_make_one_is_no_success(host, storage):
    known_smart(host)
    host.answer(["smartctl", "-j", "-t", "short", "/dev/sda"], "start.txt")
    answers(host, "passed")
    with pytest.raises(Unsupported, match="shows no test for 30 s"):
        self_test(storage)


def test_a_look_that_fails_is_no_sign_that_a_test_has_begun(host, storage):
    known_smart(host)
    host.answer(["smartctl", "-j", "-t", "short", "/dev/sda"], "start.txt")
    answers(host, "passed", "passed")
    host.answer([*SELF_TEST, "/dev/sda"], "ata-asleep.txt")
    answers(host, "passed")
    with pytest.raises(Unsupported, match="shows no test"):
        self_test(storage)


def test_where_smartctl_tells_of_no_self_tests_none_is_begun(host, storage):
    known_smart(host)
    host.answer([*SELF_TEST, "/dev/sda"], "nvme-healthy.txt")
    with pytest.raises(Unsupported, match=r"smartmontools 7\.4 or newer"):
        self_test(storage)
    assert not any("-t" in argv for argv in host.asked)


def test_a_disk_that_fails_its_test_is_to_be_replaced(host, storage):
    known_smart(host)
    answers(host, "running", "failed")
    with pytest.raises(SelfTestFailed, match="read failure"):
        self_test(storage)


@pytest.mark.parametrize("how", ["aborted", "interrupted"])
def test_a_self_test_somebody_stopped_is_no_success(host, storage, how):
    known_smart(host)
    answers(host, "running", how)
    with pytest.raises(Interrupted, match="stopped"):
        self_test(storage)


def test_a_self_test_has_a_time_limit(host, storage):
    known_smart(host)
    answers(host, "running")
    with pytest.raises(CommandTimedOut):
        self_test(storage, timeout_s=0)


def test_a_disk_without_self_tests_says_so(host, storage):
    known_smart(host)
    host.answer([*SELF_TEST, "/dev/sda"], "ata-asleep.txt")
    with pytest.raises(Unsupported, match="STANDBY"):
        self_test(storage)


def test_without_smartctl_there_are_no_self_tests(host, storage):
    known_disks(host)
    with pytest.raises(Unsupported, match="apt-get"):
        self_test(storage)


def test_a_self_test_is_stopped(host, storage):
    scenarios.stop_smart_test(host, storage)
    assert ("smartctl", "-j", "-X", "/dev/sda") in host.asked


def test_stopping_no_self_test_is_fine(host, storage):
    known_smart(host)
    answers(host, "passed")
    storage.stop_smart_test("/dev/sda")
    assert not any("-X" in argv for argv in host.asked)


def test_a_self_test_that_runs_on_is_not_called_stopped(host, storage):
    known_smart(host)
    answers(host, "running")
    host.answer(["smartctl", "-j", "-X", "/dev/sda"], "stop.txt")
    with pytest.raises(StorageError, match="it runs"):
        storage.stop_smart_test("/dev/sda")
