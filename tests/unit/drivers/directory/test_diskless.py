"""What needs disks is refused, and what is a matter of the list of pools is done."""

import pytest

from calypso.drivers.storage import (
    DeviceUnfit,
    PoolAmbiguous,
    PoolExists,
    PoolMissing,
    Role,
    Unsupported,
    Vdev,
    WipeMode,
)

ACTS = {
    "replace": lambda storage: storage.replace_device(
        "tank", "a", "/b", on_scan=print, timeout_s=1
    ),
    "attach": lambda storage: storage.attach_device(
        "tank", "a", "/b", on_progress=print, timeout_s=1
    ),
    "detach": lambda storage: storage.detach_device("tank", "a"),
    "offline": lambda storage: storage.offline_device("tank", "a"),
    "online": lambda storage: storage.online_device("tank", "a"),
    "clear": lambda storage: storage.clear_pool("tank"),
    "add": lambda storage: storage.add_vdevs("tank", [Vdev(devices=("/a",))]),
    "plan_add": lambda storage: storage.plan_add_vdevs("tank", [Vdev(devices=("/a",))]),
    "remove": lambda storage: storage.remove_vdev("tank", "a", on_activity=print, timeout_s=1),
    "plan_remove": lambda storage: storage.plan_remove_vdev("tank", "a"),
    "trim": lambda storage: storage.run_trim("tank", on_activity=print, timeout_s=1),
    "initialize": lambda storage: storage.run_initialize("tank", on_activity=print, timeout_s=1),
    "checkpoint": lambda storage: storage.create_checkpoint("tank"),
    "discard": lambda storage: storage.discard_checkpoint("tank", on_activity=print, timeout_s=1),
    "wipe": lambda storage: storage.wipe_disk(
        "/dev/sda", WipeMode.ZERO, on_bytes=print, timeout_s=1
    ),
    "plan_wipe": lambda storage: storage.plan_wipe_disk("/dev/sda", WipeMode.QUICK),
    "test": lambda storage: storage.run_smart_test(
        "/dev/sda", "short", on_smart=print, timeout_s=1
    ),
    "rescan": lambda storage: storage.disk_hosts(),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_what_needs_disks_says_so(storage, act):
    with pytest.raises(Unsupported, match="This needs ZFS"):
        act(storage)


def test_a_feature_cannot_be_chosen(storage):
    with pytest.raises(Unsupported):
        storage.upgrade_pool("tank", features=["large_blocks"])


def test_a_directory_is_for_data_alone(storage, tmp_path):
    with pytest.raises(DeviceUnfit, match="for data"):
        storage.create_pool("other", [Vdev(role=Role.LOG, devices=(str(tmp_path / "x"),))])


def test_an_import_names_the_folder_to_look_in(storage):
    storage.export_pool("tank")
    with pytest.raises(PoolMissing, match="name the pool's folder"):
        storage.import_pool("tank")


def test_two_pools_of_one_name_are_told_apart_by_their_folders(storage, tmp_path):
    storage.export_pool("tank")
    storage.create_pool("tank", [Vdev(devices=(str(tmp_path / "second"),))])
    storage.export_pool("tank")
    with pytest.raises(PoolAmbiguous, match="second"):
        storage.import_pool("tank", search=[str(tmp_path)])
    storage.import_pool("tank", search=[str(tmp_path / "second")])


def test_a_pool_in_use_is_not_imported_under_another_name(storage, tmp_path):
    with pytest.raises(Exception, match="belongs to the pool tank"):
        storage.import_pool("tank", new_name="other", search=[str(tmp_path)])
    storage.export_pool("tank")
    storage.create_pool("other", [Vdev(devices=(str(tmp_path / "x"),))])
    with pytest.raises(PoolExists):
        storage.import_pool("tank", new_name="other", search=[str(tmp_path / "pool")])


def test_nothing_is_mounted_elsewhere_or_read_only(storage, tmp_path):
    for options in ({"altroot": "/mnt"}, {"readonly": True}):
        with pytest.raises(Unsupported, match="mounts nothing"):
            storage.import_pool("tank", search=[str(tmp_path)], **options)
