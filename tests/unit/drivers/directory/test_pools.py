"""Pools in plain directories: what is refused, and what a kill leaves."""

import json
from pathlib import Path

import pytest

from calypso.drivers.storage import (
    BadProperty,
    Busy,
    DeviceInUse,
    DeviceMissing,
    DeviceUnfit,
    NotPermitted,
    PoolExists,
    PoolMissing,
    StorageError,
    Unsupported,
    Vdev,
    VdevKind,
)
from calypso.drivers.storage.directory import DirectoryStorage
from calypso.drivers.storage.directory.workshop import Workshop
from calypso.host.local import LocalHost


def vdev(path, kind=VdevKind.STRIPE):
    return [Vdev(kind=kind, devices=(str(path),))]


def test_it_says_that_it_is_not_for_production(storage):
    able = storage.probe()
    assert (able.product, able.available, able.production) == ("directory", True, False)
    assert "not for production" in able.reason


@pytest.mark.parametrize(
    "vdevs",
    [
        [Vdev(devices=("relative/path",))],
        [Vdev(devices=("/tmp/../etc",))],
        [Vdev(kind=VdevKind.MIRROR, devices=("/tmp/a", "/tmp/b"))],
        [Vdev(devices=("/tmp/a",)), Vdev(devices=("/tmp/b",))],
        [Vdev(kind=VdevKind.RAIDZ1, devices=("/tmp/a",))],
    ],
)
def test_a_layout_that_does_not_fit_one_directory_is_refused(storage, vdevs):
    with pytest.raises(DeviceUnfit):
        storage.create_pool("other", vdevs)


def test_a_directory_that_holds_something_is_not_touched(storage, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary").touch()
    with pytest.raises(DeviceInUse):
        storage.create_pool("other", vdev(tmp_path / "mine"))
    assert [one.name for one in (tmp_path / "mine").iterdir()] == ["diary"]


def test_a_directory_inside_a_pool_is_in_use(storage, live):
    (live / "inner").mkdir()
    with pytest.raises(DeviceInUse):
        storage.create_pool("other", vdev(live / "inner"))


def test_a_directory_needs_its_parent(storage, tmp_path):
    with pytest.raises(DeviceMissing):
        storage.create_pool("other", vdev(tmp_path / "no" / "such"))


def test_what_it_cannot_do_is_said(storage, tmp_path):
    with pytest.raises(Unsupported):
        storage.create_pool("other", vdev(tmp_path / "x"), mountpoint="/mnt")
    with pytest.raises(BadProperty):
        storage.create_pool("other", vdev(tmp_path / "x"), properties={"ashift": "12"})
    with pytest.raises(Unsupported):
        storage.create_dataset("tank/volume", size_bytes=1 << 20)
    with pytest.raises(BadProperty):
        storage.create_dataset("tank/home", properties={"quota": "1G"})
    assert not (tmp_path / "x").exists()


def test_a_destroyed_pool_takes_only_what_was_made_for_it(storage, live, tmp_path):
    (live / "file").touch()
    storage.create_snapshot("tank/home", "one")
    (tmp_path / "pool" / "not-ours").touch()
    storage.destroy_pool("tank")
    assert [one.name for one in (tmp_path / "pool").iterdir()] == ["not-ours"]
    with pytest.raises(PoolMissing):
        storage.pool("tank")


def test_a_folder_that_was_there_before_stays(storage, tmp_path):
    (tmp_path / "empty").mkdir()
    storage.create_pool("other", vdev(tmp_path / "empty"))
    storage.destroy_pool("other")
    assert list((tmp_path / "empty").iterdir()) == []


def test_a_pool_in_which_a_job_works_is_not_destroyed(storage, open_storage, tmp_path):
    shop = Workshop(LocalHost(), tmp_path / "state")
    with shop.working(tmp_path / "pool"), pytest.raises(Busy):
        open_storage().destroy_pool("tank")
    assert [one.name for one in storage.datasets()] == ["tank"]
    storage.destroy_pool("tank")


class Killed(BaseException):
    pass


def kill(*_args, **_kwargs):
    raise Killed


@pytest.mark.parametrize("step", ["make", "write_json"])
def test_a_pool_whose_making_was_killed_is_not_there_and_can_be_made(
    storage, tmp_path, monkeypatch, step
):
    with monkeypatch.context() as patch:
        patch.setattr(f"calypso.drivers.storage.directory.pools.{step}", kill)
        with pytest.raises(Killed):
            storage.create_pool("other", vdev(tmp_path / "other"))
    assert [one.name for one in storage.pools()] == ["tank"]
    with pytest.raises(PoolMissing):
        storage.destroy_pool("other")

    storage.create_pool("other", vdev(tmp_path / "other"))
    assert [one.name for one in storage.pools()] == ["other", "tank"]


def test_a_pool_whose_destroying_was_killed_is_gone_and_then_tidied(
    storage, live, tmp_path, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setattr(Workshop, "run", kill)
        with pytest.raises(Killed):
            storage.destroy_pool("tank")
    assert storage.pools() == []
    assert live.exists()

    storage.create_pool("tank", vdev(tmp_path / "pool"))
    assert [one.name for one in storage.datasets()] == ["tank"]


def test_a_pool_whose_disk_is_away_keeps_its_name(storage, tmp_path):
    (tmp_path / "pool").rename(tmp_path / "unplugged")
    with pytest.raises(PoolMissing, match="does not hold it now"):
        storage.pool("tank")
    with pytest.raises(PoolExists):
        storage.create_pool("tank", vdev(tmp_path / "other"))
    assert storage.pools() == []
    (tmp_path / "unplugged").rename(tmp_path / "pool")
    assert storage.pool("tank").name == "tank"


def test_the_list_of_pools_names_no_half_written_file(storage, tmp_path):
    told = json.loads((tmp_path / "state" / "pools.json").read_text())
    assert told["tank"] == {
        "path": str(tmp_path / "pool"),
        "is_ready": True,
        "made_folder": True,
    }
    assert sorted(one.name for one in (tmp_path / "state").iterdir()) == ["lock", "pools.json"]


def test_a_place_where_nothing_may_be_written_is_said_to_be_so(ordinary_user):
    shut = ordinary_user / "shut"
    shut.mkdir(mode=0o555)
    storage = DirectoryStorage(LocalHost(), ordinary_user / "state")
    with pytest.raises(NotPermitted):
        storage.create_pool("tank", vdev(shut / "pool"))
    assert storage.pools() == []


def test_an_answer_of_the_system_nobody_knows_keeps_its_text(tmp_path):
    (tmp_path / "state").touch()
    storage = DirectoryStorage(LocalHost(), tmp_path / "state")
    with pytest.raises(StorageError, match=r"File exists|Not a directory"):
        storage.create_pool("tank", vdev(Path(tmp_path) / "pool"))
