"""Pools that come, go, and change their format."""

import pytest

from calypso.drivers.storage import (
    BadName,
    BadProperty,
    Busy,
    CheckpointExists,
    CheckpointMissing,
    PoolExists,
    PoolMissing,
    PoolSuspended,
    StorageError,
)
from calypso.drivers.storage.zfs.openers import User
from calypso.drivers.storage.zfs.services import OWN, refuse_others
from tests.unit.drivers.zfs import scenarios
from tests.unit.drivers.zfs.scenarios import (
    FEATURES,
    IN_TANK,
    STATUS,
    opener_argv,
    silent,
    statuses,
)
from tests.unit.drivers.zfs.test_devices import changes

SUSPENDED = [*STATUS, "t"]


def test_a_pool_is_imported_by_its_guid_as_it_was_asked(host, storage):
    pool = scenarios.import_pool(host, storage)
    assert pool.name == "rz"
    assert changes(host) == [
        "zpool import -d /tmp",
        "zpool import -d /tmp -R /mnt/else -o readonly=on -f 5025929088039990225",
    ]


def test_a_pool_is_imported_under_a_new_name(host, storage):
    assert scenarios.import_pool_renamed(host, storage).name == "new"


def test_a_name_in_use_is_not_imported_over(host, storage):
    with pytest.raises(PoolExists, match="new name"):
        storage.import_pool("tank")
    assert changes(host) == []


def test_a_guid_nobody_has_is_missing_and_those_there_are_named(host, storage):
    host.answer(["zpool", "import"], "156-import-list.txt")
    with pytest.raises(PoolMissing, match="rz"):
        storage.import_pool("17")


def test_a_plan_names_the_pool_and_its_state(host, storage):
    plan = scenarios.plan_import_pool(host, storage)
    assert plan.effects == ["Pool rz, guid 5025929088039990225, is ONLINE."]


def test_a_plan_tells_what_zfs_says_against_it(host, storage):
    host.answer(["zpool", "import", "-d", "/tmp/copy"], "316-foreign.txt", part=0)
    plan = storage.plan_import_pool("away", search=["/tmp/copy"])
    assert "last accessed by another system" in plan.effects[0]


def test_a_plan_says_that_a_name_several_pools_have_will_be_refused(host, storage):
    host.answer(["zpool", "import"], "159-import-missing.txt")
    plan = storage.plan_import_pool("rz")
    assert len(plan.effects) > 2
    assert "by its guid" in plan.effects[-1]


def test_a_plan_where_nothing_can_be_imported_is_refused(host, storage):
    host.answer(["zpool", "import"], "157-import-list-none.txt")
    with pytest.raises(PoolMissing, match="none"):
        storage.plan_import_pool("rz")


@pytest.mark.parametrize("word", ["-f", ""])
def test_what_reads_as_an_option_is_no_pool_and_no_folder(host, storage, word):
    with pytest.raises(BadName):
        storage.import_pool(word)
    with pytest.raises(BadName):
        storage.import_pool("rz", search=[word])
    assert host.asked == []


def test_a_pool_is_made_idle_before_it_is_exported(host, storage):
    scenarios.export_pool(host, storage)
    assert opener_argv("tank/v1") in host.asked
    assert changes(host) == ["zpool export tank"]


def test_an_export_by_force_leaves_the_unmounting_to_zfs(host, storage):
    scenarios.export_pool_by_force(host, storage)
    assert changes(host) == ["zpool export -f tank"]
    assert not any(argv[:2] == ("zfs", "unmount") for argv in host.asked)


@pytest.mark.parametrize("force", [True, False])
def test_a_volume_in_use_keeps_its_pool(host, storage, force):
    host.answer([*STATUS, "tank"], "026-zpool-status.txt")
    host.answer(opener_argv("tank/v1"), "a-user-of-a-volume.txt")
    with pytest.raises(Busy, match="tank/v1 is used by"):
        storage.export_pool("tank", force=force)
    assert changes(host) == []


def test_a_plan_for_an_export_names_what_is_unmounted(host, storage):
    plan = scenarios.plan_export_pool(host, storage)
    assert "tank/d1 is unmounted." in plan.effects


def test_a_plan_for_an_export_names_who_is_in_the_way(host, storage):
    host.answer([*STATUS, "tank"], "026-zpool-status.txt")
    host.answer(IN_TANK, "users-of-a-filesystem.txt")
    told = storage.plan_export_pool("tank").effects[-1]
    assert told.startswith("It will be refused: tank/x is used by process 4711 (bash)")


def test_a_plan_for_an_export_by_force_looks_at_volumes_only(host, storage):
    host.answer([*STATUS, "tank"], "026-zpool-status.txt")
    host.answer(opener_argv("tank/v1"), "a-user-of-a-volume.txt")
    told = storage.plan_export_pool("tank", force=True).effects[-1]
    assert told.startswith("It will be refused: tank/v1 is used by process 4711")


# ---- services


def test_the_services_of_a_pool_are_named(host, storage):
    assert scenarios.services_of_pool(host, storage) == ["nbd.service"]


def test_a_service_is_stopped_and_started(host, storage):
    scenarios.stop_service(host, storage)
    scenarios.start_service(host, storage)
    assert changes(host) == ["systemctl stop -- nbd.service", "systemctl start -- nbd.service"]


def test_a_plan_names_the_services_that_would_be_stopped(host, storage):
    host.answer([*STATUS, "tank"], "026-zpool-status.txt")
    host.answer(IN_TANK, "a-user-of-a-volume.txt")
    plan = storage.plan_export_pool("tank", stop_services=True)
    assert "nbd.service is stopped, and not started again." in plan.effects
    assert plan.commands == [
        ["systemctl", "stop", "--", "nbd.service"], ["zpool", "export", "tank"],
    ]  # fmt: skip


def test_where_others_use_it_too_the_services_do_not_matter(host, storage):
    host.answer([*STATUS, "tank"], "026-zpool-status.txt")
    host.answer(IN_TANK, "users-of-a-filesystem.txt")
    with pytest.raises(Busy, match=r"process 4711 \(bash\)\. End that first"):
        storage.services_of_pool("tank")
    told = storage.plan_export_pool("tank", stop_services=True).effects[-1]
    assert told.startswith("It will be refused: tank/x is used by process 4711 (bash).")


def test_by_force_who_works_in_a_filesystem_is_in_nobodys_way(host, storage):
    host.answer(IN_TANK, "users-of-a-filesystem.txt")
    assert storage.services_of_pool("tank", force=True) == ["smbd.service"]


def test_what_zfs_may_share_itself_is_no_reason_to_refuse(host, storage):
    host.answer([*STATUS, "tank"], "026-zpool-status.txt")
    host.answer(IN_TANK, "shared-by-nfs.txt")
    assert storage.services_of_pool("tank") == []
    assert not any("refused" in told for told in storage.plan_export_pool("tank").effects)


@pytest.mark.parametrize(
    "service",
    ["calypso-worker@storage.service", "postgresql@15-main.service", "redis-server.service",
     "ssh.service", "sshd.service", "dbus.service", "systemd-udevd.service"],
)  # fmt: skip
def test_a_service_the_appliance_itself_may_need_is_in_the_way(service):
    assert OWN.fullmatch(service)
    with pytest.raises(Busy, match=f"may need {service}: stop it by hand"):
        refuse_others([User("/dev/zvol/tank/v1", "process 4711", service)])


def test_a_pool_that_stays_after_its_export_is_an_error(host, storage):
    host.answer([*STATUS, "tank"], "026-zpool-status.txt")
    silent(host, opener_argv("tank/v1"), "zpool export -f tank")
    with pytest.raises(StorageError, match="in use"):
        storage.export_pool("tank", force=True)


def test_a_suspended_pool_is_not_exported_for_that_would_hang(host, storage):
    host.answer(SUSPENDED, "205-suspended.txt", part=0)
    with pytest.raises(PoolSuspended):
        storage.export_pool("t")
    assert changes(host) == []


def test_a_plan_for_the_export_of_a_suspended_pool_says_that_it_will_be_refused(host, storage):
    host.answer(SUSPENDED, "205-suspended.txt", part=0)
    assert "suspended" in storage.plan_export_pool("t").effects[1]


# ---- features


def test_a_pool_gets_all_features_at_once(host, storage):
    enabled = scenarios.upgrade_pool(host, storage)
    assert changes(host) == ["zpool upgrade old"]
    assert "draid" in enabled
    assert "async_destroy" not in enabled  # it was enabled before


def test_features_that_are_named_are_enabled_one_by_one(host, storage):
    assert scenarios.upgrade_pool_by_one(host, storage) == ["zstd_compress"]
    assert changes(host) == ["zpool set feature@zstd_compress=enabled old"]


def test_a_pool_that_has_all_features_is_left_alone(host, storage):
    host.answer(FEATURES, "features-all.txt")
    assert storage.upgrade_pool("old") == []
    assert storage.plan_upgrade_pool("old").commands == []
    assert changes(host) == []


def test_a_feature_nobody_knows_is_refused(host, storage):
    host.answer(FEATURES, "features-old.txt")
    for feature in ("nosuch", "x=1 -f"):
        with pytest.raises(BadProperty, match="knows no feature"):
            storage.upgrade_pool("old", features=[feature])
    assert changes(host) == []


def test_features_that_stay_disabled_are_an_error(host, storage):
    host.answer(FEATURES, "features-old.txt")
    silent(host, "zpool upgrade old")
    with pytest.raises(StorageError, match="lacks"):
        storage.upgrade_pool("old")


def test_a_plan_names_each_feature_and_that_it_is_for_good(host, storage):
    plan = scenarios.plan_upgrade_pool(host, storage)
    assert "The feature draid is enabled, for good." in plan.effects
    assert plan.commands == [["zpool", "upgrade", "old"]]


# ---- checkpoints


def test_a_checkpoint_is_made_and_seen(host, storage):
    scenarios.create_checkpoint(host, storage)
    assert changes(host) == ["zpool checkpoint tank"]


def test_a_second_checkpoint_is_refused(host, storage):
    statuses(host, "308-checkpoint.txt", 0)
    with pytest.raises(CheckpointExists):
        storage.create_checkpoint("tank")
    assert changes(host) == []


def test_a_checkpoint_that_is_not_shown_is_an_error(host, storage):
    silent(host, "zpool checkpoint tank")
    statuses(host, "308-checkpoint.txt", 3)
    with pytest.raises(StorageError, match="shows none"):
        storage.create_checkpoint("tank")


def test_a_discarding_is_followed_until_its_space_is_free(host, storage):
    heard = scenarios.discard_checkpoint(host, storage)
    assert changes(host) == ["zpool checkpoint -d tank"]
    total, left = round(60.1 * (1 << 20)), round(23.6 * (1 << 20))
    assert [(one.done_bytes, one.total_bytes) for one in heard] == [(total - left, total)]


def test_a_discarding_that_runs_already_is_followed(host, storage):
    statuses(host, "309-discarding.txt", 0, 0, 1)
    storage.discard_checkpoint("tank", on_activity=lambda told: None, timeout_s=60)
    assert changes(host) == []


def test_a_checkpoint_that_is_not_there_is_missing(host, storage):
    statuses(host, "308-checkpoint.txt", 3)
    with pytest.raises(CheckpointMissing):
        storage.discard_checkpoint("tank", on_activity=lambda told: None, timeout_s=60)


# ---- the sign


def test_the_sign_is_of_health_and_the_last_event_that_matters(host, storage):
    told = scenarios.sign(host, storage)
    assert told == "tank\tONLINE\nNov 23 2026 18:20:55.540017950\tresource.fs.zfs.removed"


def test_the_sign_of_a_machine_without_events_is_its_health(host, storage):
    host.answer(["zpool", "list", "-H", "-o", "name,health"], "zpool-list-health.txt")
    silent(host, "zpool events -H")
    assert storage.sign() == "tank\tONLINE\n"
