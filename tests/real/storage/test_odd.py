"""What ZFS allows and few expect: odd names, no room, disks that come and go."""

import pytest

from calypso.drivers.storage import NotPermitted, OutOfSpace, Vdev, VdevKind
from calypso.drivers.storage.zfs import ZfsStorage
from calypso.errors import CommandTimedOut
from tests.real.storage.conftest import HOME

pytestmark = [pytest.mark.real("lab"), pytest.mark.timeout(600)]


def test_names_and_mountpoints_with_blanks_are_listed_as_they_are(zfs):
    zfs.make_mirror()
    odd = "/mnt/tank/a\tb c"
    zfs.do("zfs", "create", "-o", f"mountpoint={odd}", "tank/with space")
    zfs.do("zfs", "snapshot", "tank/with space@one two")
    found = zfs.storage.dataset("tank/with space")
    assert (found.name, found.mountpoint) == ("tank/with space", odd)
    assert [one.name for one in zfs.storage.snapshots("tank/with space")] == [
        "tank/with space@one two"
    ]
    zfs.storage.destroy_dataset("tank/with space", recursive=True)


def test_a_full_pool_refuses_and_can_be_made_room_in(fresh_zfs):
    home = fresh_zfs.make_mirror()
    fresh_zfs.storage.create_dataset("tank/ballast")
    fresh_zfs.storage.create_snapshot(HOME, "one")
    size = fresh_zfs.storage.pool("tank").size_bytes
    # Reserved, so that nothing has to be written for a gigabyte.
    rest = fresh_zfs.storage.dataset("tank/ballast").available_bytes
    fresh_zfs.do("zfs", "set", f"reservation={rest - (1 << 20)}", "tank/ballast")
    filled = fresh_zfs.run(
        "dd", "if=/dev/urandom", f"of={home / 'big'}", "bs=64k", "count=64", "conv=fsync"
    )
    assert "No space left" in filled.stderr
    with pytest.raises(OutOfSpace):
        fresh_zfs.storage.create_dataset("tank/volume", size_bytes=size // 2)
    fresh_zfs.storage.destroy_dataset("tank/ballast", recursive=True)
    assert fresh_zfs.storage.create_dataset("tank/more").name == "tank/more"


def test_a_snapshot_without_room_is_refused_and_leaves_nothing(zfs):
    home = zfs.make_mirror()
    zfs.fill(home / "big", 8)
    # A snapshot of what is reserved needs as much again, for what will be written beside it.
    zfs.do("zfs", "set", "refreservation=24M", HOME)
    zfs.do("zfs", "set", "quota=26M", "tank")
    with pytest.raises(OutOfSpace) as refused:
        zfs.storage.create_snapshot("tank", "one", recursive=True)
    assert "out of space" in refused.value.original
    assert zfs.storage.snapshots() == []
    zfs.do("zfs", "set", "quota=none", "tank")
    zfs.storage.create_snapshot("tank", "one", recursive=True)
    assert [one.name for one in zfs.storage.snapshots()] == ["tank@one", f"{HOME}@one"]


def test_a_scrub_waits_for_a_resilver_and_its_stop_leaves_that_alone(fresh_zfs):
    home = fresh_zfs.make_mirror()
    fresh_zfs.fill(home / "big", 32)
    for disk in (0, 1):
        fresh_zfs.guest.throttle(disk, read_bytes_per_s=1 << 20)
    fresh_zfs.do("zpool", "attach", "tank", fresh_zfs.guest.disk(0), fresh_zfs.guest.disk(2))
    scan = fresh_zfs.storage.pool("tank").scan
    assert (scan.function, scan.state) == ("resilver", "running")
    heard = []
    with pytest.raises(CommandTimedOut):
        fresh_zfs.storage.run_scrub("tank", on_scan=heard.append, timeout_s=5)
    assert {one.function for one in heard} == {"resilver"}
    fresh_zfs.storage.stop_scrub("tank")
    assert fresh_zfs.storage.pool("tank").scan.function == "resilver"


def test_a_scrub_that_was_paused_is_resumed_when_that_is_asked_and_followed_to_its_end(fresh_zfs):
    home = fresh_zfs.make_mirror()
    fresh_zfs.fill(home / "big", 16)
    for disk in (0, 1):
        fresh_zfs.guest.throttle(disk, read_bytes_per_s=1 << 20)
    fresh_zfs.do("zpool", "scrub", "tank")
    fresh_zfs.do("zpool", "scrub", "-p", "tank")
    assert fresh_zfs.storage.pool("tank").scan.state == "paused"
    for disk in (0, 1):
        fresh_zfs.guest.throttle(disk, read_bytes_per_s=0)
    scan = fresh_zfs.storage.run_scrub("tank", resume=True, on_scan=lambda _: None, timeout_s=200)
    assert (scan.function, scan.state) == ("scrub", "finished")


@pytest.mark.parametrize("kind", [VdevKind.RAIDZ1, VdevKind.RAIDZ2, VdevKind.MIRROR])
def test_a_pool_of_each_kind_is_made_and_destroyed(zfs, kind):
    disks = tuple(zfs.guest.disk(number) for number in range(4))
    zfs.storage.create_pool("tank", [Vdev(kind=kind, devices=disks)], mountpoint="/mnt/tank")
    assert zfs.storage.pool("tank").health == "ONLINE"
    zfs.storage.destroy_pool("tank")
    assert zfs.storage.pools() == []


def test_an_offline_disk_degrades_its_pool(zfs):
    zfs.make_mirror()
    zfs.do("zpool", "offline", "tank", zfs.guest.disk(1))
    assert zfs.storage.pool("tank").health == "DEGRADED"
    zfs.do("zpool", "online", "tank", zfs.guest.disk(1))


class Nobody:
    """The guest's host, without any right."""

    def __init__(self, host):
        self._host = host

    def __getattr__(self, verb):
        return getattr(self._host, verb)

    def run(self, argv, **options):
        user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        return self._host.run([*user, *argv], **options)


def test_who_may_not_change_anything_is_told_so(zfs):
    zfs.make_mirror()
    storage = ZfsStorage(Nobody(zfs.guest.host()))
    assert [pool.name for pool in storage.pools()] == ["tank"]
    for change in (
        lambda: storage.create_dataset("tank/mine"),
        lambda: storage.create_snapshot(HOME, "one"),
        lambda: storage.destroy_dataset(HOME),
        lambda: storage.create_pool("other", [Vdev(devices=(zfs.guest.disk(3),))]),
        lambda: storage.run_scrub("tank", on_scan=lambda _: None, timeout_s=60),
    ):
        with pytest.raises(NotPermitted):
            change()
