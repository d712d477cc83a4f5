"""What is done with the devices of a pool: which commands, how far, what is refused."""

import pytest

from calypso.drivers.storage import (
    Activity,
    BadName,
    DeviceMissing,
    DeviceUnfit,
    Interrupted,
    NoReplicas,
    PoolSuspended,
    StorageError,
)
from calypso.drivers.storage.zfs import devices
from calypso.drivers.storage.zfs.sweeps import together
from calypso.errors import CommandTimedOut
from tests.fakes.host import RECORDINGS
from tests.unit.drivers.zfs import scenarios
from tests.unit.drivers.zfs.scenarios import DISKS, STATUS, links, silent, statuses

READING = {"list", "status", "get", "events"}
SHORT = [disk.rpartition("/")[2] for disk in DISKS]


def changes(host):
    return [
        " ".join(argv)
        for argv in host.asked
        if argv[0] in ("zpool", "systemctl")
        and argv[1] not in READING
        and not {"-n", "-np"} & set(argv)
    ]


def nothing(_told):
    pass


# ---- replacing


def test_a_replaced_disk_is_followed_until_the_new_one_stands_alone(host, storage, pauses):
    scan, heard = scenarios.replace_device(host, storage)
    assert changes(host) == [f"zpool replace tank {SHORT[0]} {DISKS[2]}"]
    assert [one.percent for one in heard] == [0.92, 30.49, 100.0]
    assert (scan.function, scan.state, scan.errors) == ("resilver", "finished", 0)
    assert len(pauses) == 2


def test_a_disk_in_the_same_slot_is_replaced_by_its_name_alone(host, storage):
    scenarios.replace_device_in_its_slot(host, storage)
    assert changes(host) == [f"zpool replace tank {SHORT[0]}"]


def test_a_disk_that_holds_something_is_taken_by_force_alone(host, storage):
    scenarios.replace_device_by_force(host, storage)
    assert changes(host) == [f"zpool replace -f tank {SHORT[0]} {DISKS[2]}"]


def test_a_replacing_that_runs_already_is_followed_not_begun_again(host, storage):
    statuses(host, "145-replace.txt", 0, 5, 6)
    storage.replace_device("tank", DISKS[0], DISKS[2], on_scan=nothing, timeout_s=60)
    assert changes(host) == []


def test_a_disk_that_the_pool_has_already_replaces_no_other(host, storage):
    statuses(host, "143-online.txt", 0)
    with pytest.raises(DeviceUnfit, match="already"):
        storage.replace_device("tank", DISKS[0], DISKS[1], on_scan=nothing, timeout_s=60)
    assert changes(host) == []


def test_a_disk_the_pool_does_not_have_is_not_replaced(host, storage):
    host.answer(links.LIST, "302-find-links.txt")
    statuses(host, "143-online.txt", 0)
    with pytest.raises(DeviceMissing, match="as the pool shows it"):
        storage.replace_device("tank", DISKS[4], DISKS[2], on_scan=nothing, timeout_s=60)
    assert changes(host) == []


def test_names_that_go_while_they_are_listed_are_left_out(host, storage):
    host.answer(links.LIST, "find-missed.txt")
    statuses(host, "143-online.txt", 0)
    with pytest.raises(DeviceMissing, match="as the pool shows it"):
        storage.replace_device("tank", DISKS[4], DISKS[2], on_scan=nothing, timeout_s=60)


def test_names_that_cannot_be_listed_are_no_empty_list(host, storage):
    host.answer(links.LIST, "302-find-links.txt", code=1)
    statuses(host, "143-online.txt", 0)
    with pytest.raises(StorageError) as raised:
        storage.replace_device("tank", DISKS[4], DISKS[2], on_scan=nothing, timeout_s=60)
    assert type(raised.value) is StorageError


def test_a_replacing_somebody_gave_up_is_no_success(host, storage):
    host.answer(links.LIST, "302-find-links.txt")
    silent(host, f"zpool replace tank {SHORT[0]} {DISKS[2]}")
    statuses(host, "141-offline.txt", 0)
    with pytest.raises(Interrupted, match="gave"):
        storage.replace_device("tank", DISKS[0], DISKS[2], on_scan=nothing, timeout_s=60)


def test_a_new_disk_that_failed_itself_is_told(host, storage):
    silent(host, f"zpool replace tank {SHORT[0]}")
    statuses(host, "141-offline.txt", 0)
    with pytest.raises(DeviceUnfit, match="OFFLINE"):
        storage.replace_device("tank", DISKS[0], on_scan=nothing, timeout_s=60)


def test_a_replacing_has_a_time_limit(host, storage):
    statuses(host, "145-replace.txt", 0)
    with pytest.raises(CommandTimedOut, match="resilver"):
        storage.replace_device("tank", DISKS[0], DISKS[2], on_scan=nothing, timeout_s=0)


# ---- attaching


def test_an_attached_disk_is_followed_until_it_holds_the_data(host, storage, pauses):
    heard = scenarios.attach_device(host, storage)
    assert changes(host) == [f"zpool attach tank {SHORT[1]} {DISKS[3]}"]
    assert [one.percent for one in heard] == [0.89]
    assert len(pauses) == 1


def test_an_attaching_that_zfs_has_not_begun_yet_is_not_taken_for_its_end(host, storage):
    host.folders.append(RECORDINGS / "openzfs-2.3-documented")
    host.answer(links.LIST, "302-find-links.txt")
    silent(host, "zpool attach tank raidz1-0 /dev/sdf")
    for _ in range(3):
        statuses(host, "expansion-finished.txt", 0)  # an earlier one: the disk is not in yet
    statuses(host, "expansion-running.txt", 0)
    statuses(host, "expansion-finished-wider.txt", 0)
    heard = []
    storage.attach_device("tank", "raidz1-0", "/dev/sdf", on_progress=heard.append, timeout_s=60)
    assert len(heard) == 1


def test_a_disk_that_stands_beside_another_already_is_followed(host, storage):
    statuses(host, "147-attach-detach.txt", 0, 0, 0, 1)
    storage.attach_device("tank", DISKS[1], DISKS[3], on_progress=nothing, timeout_s=60)
    assert changes(host) == []


def test_a_disk_of_another_vdev_is_not_attached(host, storage):
    statuses(host, "307-remove.txt", 2)
    with pytest.raises(DeviceUnfit, match="not beside"):
        storage.attach_device("tank", DISKS[0], DISKS[2], on_progress=nothing, timeout_s=60)
    assert changes(host) == []


def test_an_attaching_somebody_gave_up_is_no_success(host, storage):
    host.folders.append(RECORDINGS / "openzfs-2.3-documented")
    host.answer(links.LIST, "302-find-links.txt")
    silent(host, "zpool attach tank raidz1-0 /dev/sdf")
    statuses(host, "expansion-finished.txt", 0)
    with pytest.raises(Interrupted, match="gave"):
        storage.attach_device("tank", "raidz1-0", "/dev/sdf", on_progress=nothing, timeout_s=60)


def test_a_raidz_grows_by_a_disk(host, storage):
    heard = scenarios.attach_device_to_raidz(host, storage)
    assert changes(host) == ["zpool attach -f tank raidz1-0 /dev/sdf"]
    assert [(one.subject, one.percent) for one in heard] == [("raidz1-0", 25.0)]


# ---- taking out, off and on


def test_a_detached_disk_is_seen_gone(host, storage):
    scenarios.detach_device(host, storage)
    assert changes(host) == [f"zpool detach tank {SHORT[3]}"]


def test_a_spare_that_is_detached_is_a_spare_again(host, storage):
    silent(host, f"zpool detach tank {SHORT[4]}")
    statuses(host, "313-spare.txt", 0)
    storage.detach_device("tank", DISKS[4])
    assert changes(host) == [f"zpool detach tank {SHORT[4]}"]


def test_a_disk_that_stays_after_its_detaching_is_an_error(host, storage):
    silent(host, f"zpool detach tank {SHORT[3]}")
    statuses(host, "147-attach-detach.txt", 1)
    with pytest.raises(StorageError, match="it is not"):
        storage.detach_device("tank", DISKS[3])


def test_a_disk_goes_offline_for_good_or_until_a_reboot(host, storage):
    scenarios.offline_device(host, storage)
    assert changes(host) == [f"zpool offline tank {SHORT[0]}"]


def test_a_disk_goes_offline_until_a_reboot(host, storage):
    scenarios.offline_device_until_reboot(host, storage)
    assert changes(host) == [f"zpool offline -t tank {SHORT[0]}"]


def test_the_last_copy_of_the_data_stays_online(host, storage):
    host.answer(["zpool", "offline", "tank", SHORT[1]], "142-offline-again.txt", complaint=0)
    statuses(host, "141-offline.txt", 0)
    with pytest.raises(NoReplicas):
        storage.offline_device("tank", DISKS[1])


def test_a_disk_that_is_used_on_is_not_called_offline(host, storage):
    silent(host, f"zpool offline tank {SHORT[0]}")
    statuses(host, "143-online.txt", 0)
    with pytest.raises(NoReplicas, match="ONLINE"):
        storage.offline_device("tank", DISKS[0])


def test_a_disk_comes_online_by_any_of_its_paths(host, storage):
    host.answer(links.LIST, "302-find-links.txt")
    silent(host, f"zpool online tank {SHORT[0]}")
    statuses(host, "141-offline.txt", 0)
    statuses(host, "143-online.txt", 0)
    assert storage.online_device("tank", "/dev/sda").state == "ONLINE"


def test_a_disk_comes_online(host, storage):
    scenarios.online_device(host, storage)
    assert changes(host) == [f"zpool online tank {SHORT[0]}"]


def test_a_disk_that_has_grown_is_used_whole(host, storage):
    scenarios.expand_device(host, storage)
    assert changes(host) == [f"zpool online -e tank {SHORT[0]}"]


def test_errors_of_a_pool_or_of_one_disk_are_forgotten(host, storage):
    assert scenarios.clear_pool(host, storage).health == "ONLINE"
    scenarios.clear_device(host, storage)
    assert changes(host) == ["zpool clear tank", f"zpool clear tank {SHORT[0]}"]


def reads(host, number, **how):
    """Let a disk of the suspended pool be there, and say how it is read."""
    path = f"/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_scratch{number}"
    host.files[path] = ""
    host.answer(("dd", f"if={path}", "of=/dev/null", *devices.READ_ONCE), **how)


@pytest.fixture
def suspended(host):
    silent(host, "zpool clear t")
    host.answer([*STATUS, "t"], "205-suspended.txt", part=0)
    return host


def test_a_pool_whose_disks_are_still_gone_is_not_called_cleared(suspended, storage):
    reads(suspended, 0, code=1)
    reads(suspended, 1)
    with pytest.raises(PoolSuspended, match="Bring them back, then clear it"):
        storage.clear_pool("t")
    assert changes(suspended) == ["zpool clear t"]


@pytest.mark.parametrize(
    "how", [None, {"code": 1}, {"raises": CommandTimedOut("dd was killed")}], ids=str
)
def test_zpool_does_not_wait_in_the_kernel_for_disks_that_cannot_be_read(suspended, storage, how):
    for number in (0, 1) if how else ():
        reads(suspended, number, **how)
    with pytest.raises(PoolSuspended, match="Bring them back, then clear it") as refused:
        storage.clear_pool("t")
    assert refused.value.original == "no device of mirror-0 can be read"
    assert changes(suspended) == []


def test_a_disk_that_does_not_come_back_is_told(host, storage):
    silent(host, f"zpool online tank {SHORT[0]}")
    statuses(host, "144-fault-f.txt", 0)
    with pytest.raises(DeviceUnfit, match="external device fault"):
        storage.online_device("tank", DISKS[0])


@pytest.mark.parametrize("name", ["-f", "", "a\0b"])
def test_a_device_that_reads_as_an_option_is_refused_before_anything_runs(host, storage, name):
    with pytest.raises(BadName):
        storage.detach_device("tank", name)
    assert host.asked == []


# ---- more vdevs, and fewer


def test_vdevs_are_added_by_their_roles(host, storage):
    pool = scenarios.add_vdevs(host, storage)
    assert changes(host) == [f"zpool add tank {scenarios.EXTRA_WORDS}"]
    assert len(pool.devices) == 5


def test_a_plan_for_more_vdevs_shows_the_layout(host, storage):
    plan = scenarios.plan_add_vdevs(host, storage)
    assert plan.commands == [["zpool", "add", "tank", *scenarios.EXTRA_WORDS.split()]]
    assert any(SHORT[4] in line for line in plan.effects)
    assert changes(host) == []


def test_added_devices_that_are_not_there_are_an_error(host, storage):
    host.answer(links.LIST, "302-find-links.txt")
    silent(host, f"zpool add tank {scenarios.EXTRA_WORDS}")
    statuses(host, "310-add-n.txt", 3)
    with pytest.raises(StorageError, match="it is not there"):
        storage.add_vdevs("tank", scenarios.EXTRAS)


def test_a_removal_is_followed_until_the_vdev_is_gone(host, storage):
    heard = scenarios.remove_vdev(host, storage)
    assert changes(host) == ["zpool remove tank mirror-1"]
    assert [one.percent for one in heard] == [0.05]


def test_a_removal_that_runs_already_is_followed(host, storage):
    statuses(host, "307-remove.txt", 1, 1, 3)
    storage.remove_vdev("tank", "mirror-1", on_activity=nothing, timeout_s=60)
    assert changes(host) == []


def test_a_removal_somebody_stopped_is_no_success(host, storage):
    silent(host, "zpool remove tank mirror-1")
    statuses(host, "307-remove.txt", 2)
    with pytest.raises(Interrupted, match="stopped the removal"):
        storage.remove_vdev("tank", "mirror-1", on_activity=nothing, timeout_s=60)


def test_a_plan_for_a_removal_tells_what_it_costs(host, storage):
    plan = scenarios.plan_remove_vdev(host, storage)
    assert plan.commands == [["zpool", "remove", "tank", "mirror-1"]]
    assert "168 bytes of memory" in plan.effects[1]


def test_a_plan_for_the_removal_of_a_cache_moves_no_data(host, storage):
    statuses(host, "310-add-n.txt", 2)
    assert len(storage.plan_remove_vdev("tank", DISKS[3]).effects) == 1


def test_a_vdev_the_pool_does_not_have_is_not_removed(host, storage):
    statuses(host, "307-remove.txt", 3)
    with pytest.raises(DeviceMissing):
        storage.remove_vdev("tank", "mirror-7", on_activity=nothing, timeout_s=60)


def test_stopping_no_removal_is_fine(host, storage):
    host.answer(["zpool", "remove", "-s", "tank"], "307-remove.txt", complaint=1)
    statuses(host, "307-remove.txt", 3)
    storage.stop_removing("tank")


def test_a_removal_that_runs_on_is_not_called_stopped(host, storage):
    silent(host, "zpool remove -s tank")
    statuses(host, "307-remove.txt", 1)
    with pytest.raises(StorageError, match="it runs"):
        storage.stop_removing("tank")


# ---- trim and initialize


def test_a_trim_is_followed_to_its_end_on_every_device(host, storage, pauses):
    heard = scenarios.run_trim(host, storage)
    assert changes(host) == ["zpool trim -r 1048576 tank"]
    assert [(one.state.value, one.percent) for one in heard] == [
        ("running", 7.0),
        ("finished", 100.0),
    ]
    assert len(pauses) == 1


def again(host, times):
    """Have the command refuse for so many times because the trim before is just ending."""
    for _ in range(times):
        host.answer(["zpool", "trim", "tank"], "325-trim-ending.txt")


def test_a_trim_begins_when_the_one_before_is_wholly_gone(host, storage, pauses):
    again(host, 2)
    silent(host, "zpool trim tank")
    statuses(host, "304-trim.txt", 4, 4, 0, 4)
    storage.run_trim("tank", on_activity=nothing, timeout_s=60)
    assert changes(host) == ["zpool trim tank"] * 3
    assert len(pauses) == 3


def test_a_trim_that_runs_already_is_followed(host, storage):
    again(host, 1)
    statuses(host, "304-trim.txt", 0, 0, 4)
    storage.run_trim("tank", on_activity=nothing, timeout_s=60)
    assert changes(host) == ["zpool trim tank"]


def test_a_trim_that_never_begins_is_an_error(host, storage):
    again(host, 1)
    statuses(host, "304-trim.txt", 4)
    with pytest.raises(StorageError, match="trim"):
        storage.run_trim("tank", on_activity=nothing, timeout_s=60)


def test_one_device_is_trimmed_alone(host, storage):
    scenarios.run_trim_of_one(host, storage)
    assert changes(host) == [f"zpool trim tank {SHORT[1]}"]


@pytest.mark.parametrize("part", [2, 3], ids=["suspended", "cancelled"])
def test_a_trim_somebody_stopped_is_no_success(host, storage, part):
    silent(host, "zpool trim tank")
    statuses(host, "304-trim.txt", 0, part)
    with pytest.raises(Interrupted, match="trim"):
        storage.run_trim("tank", on_activity=nothing, timeout_s=60)


def test_an_initializing_that_runs_already_is_followed(host, storage):
    host.answer(["zpool", "initialize", "tank"], "305-initialize.txt", complaint=0)
    statuses(host, "305-initialize.txt", 0, 3)
    storage.run_initialize("tank", on_activity=nothing, timeout_s=60)


def test_an_initializing_is_followed_to_its_end(host, storage):
    heard = scenarios.run_initialize(host, storage)
    assert [one.percent for one in heard] == [28.0, 100.0]


def test_stopping_what_does_not_run_is_fine(host, storage):
    host.answer(["zpool", "trim", "-c", "tank"], "304-trim.txt", complaint=0)
    statuses(host, "304-trim.txt", 3)
    storage.stop_trim("tank")


def test_a_trim_that_runs_on_is_not_called_stopped(host, storage):
    silent(host, "zpool trim -c tank")
    statuses(host, "304-trim.txt", 0)
    with pytest.raises(StorageError, match="it runs"):
        storage.stop_trim("tank")


def test_nothing_is_waited_for_in_a_pool_that_lost_its_disks(host, storage):
    silent(host, "zpool trim s")
    host.answer([*STATUS, "s"], "324-suspended.txt", part=0)
    with pytest.raises(PoolSuspended, match="trim"):
        storage.run_trim("s", on_activity=nothing, timeout_s=60)


def test_bytes_of_devices_are_told_together():
    half = Activity(state="running", done_bytes=50, total_bytes=100, percent=50.0)
    whole = Activity(state="finished", done_bytes=300, total_bytes=300, percent=100.0)
    told = together([half, whole])
    assert (told.state, told.done_bytes, told.total_bytes, told.percent) == (
        "running", 350, 400, 87.5,
    )  # fmt: skip
    words = [Activity(state="running", percent=50.0), Activity(state="finished", percent=100.0)]
    assert together(words).percent == 75.0
