"""A raidz that gets one disk wider, on real disks: OpenZFS 2.3 can, and 2.1 says that it cannot."""

import pytest

from calypso.drivers.storage import Busy, CheckpointExists, DeviceUnfit, Unsupported
from tests.acceptance.engine.conftest import until
from tests.fakes.running import run

pytestmark = [pytest.mark.real("lab"), pytest.mark.timeout(600)]
FEATURE = "/sys/module/zfs/features.pool/org.openzfs:raidz_expansion"
PAUSE_AFTER = "/sys/module/zfs/parameters/raidz_expand_max_reflow_bytes"  # 0: never
RAIDZ = "raidz1-0"


@pytest.fixture
def raidz(lab):
    """The pool `rz`: a raidz1 of three disks, with some data on it."""
    vdev = {"kind": "raidz1", "devices": [lab.guest.disk(number) for number in range(3)]}
    run("pool_create", lab.storage, name="rz", vdevs=[vdev])
    lab.fill("rz", 40)
    return lab


@pytest.fixture
def growing(raidz):
    """The same where this OpenZFS can widen it; the moving of its data stops after 8 MiB."""
    if not raidz.guest.path(FEATURE).exists():
        pytest.skip("this OpenZFS has no raidz expansion")
    raidz.sh(f"echo {8 << 20} > {PAUSE_AFTER}")
    yield raidz
    go_on(raidz)


def go_on(lab):
    lab.sh(f"echo 0 > {PAUSE_AFTER}")


def attach(number):
    return {"pool": "rz", "vdev": RAIDZ, "disk": f"/dev/disk/by-id/{name(number)}"}


def name(number):
    return f"scsi-0QEMU_QEMU_HARDDISK_scratch{number}"


def disks(lab):
    return [one.name for one in lab.storage.pool("rz").devices if one.group == RAIDZ]


def until_it_waits(lab):
    """Wait until as much has moved as may; return how far it is then."""
    seen = [-1, lab.storage.pool("rz").expansion.done_bytes]
    while seen[-1] < 8 << 20 or seen[-1] != seen[-2]:
        seen.append(lab.storage.pool("rz").expansion.done_bytes)
    return lab.storage.pool("rz").expansion


@pytest.mark.proves("storage.pool_attach")
def test_a_raidz_grows_by_a_disk_with_progress_and_keeps_its_data(growing):
    lab = growing
    before, size_bytes = lab.sh("sha256sum /rz/data"), lab.storage.pool("rz").size_bytes
    running, thread, _ = lab.begun("pool_attach", **attach(3))

    halfway = until_it_waits(lab)
    assert (halfway.state, halfway.subject) == ("running", RAIDZ)
    assert 0 < halfway.percent < 100
    go_on(lab)
    thread.join()

    assert running.percents == sorted(running.percents)
    assert any(0 < percent < 100 for percent in running.percents)
    pool = lab.storage.pool("rz")
    assert (pool.health, pool.expansion.state, pool.expansion.percent) == (
        "ONLINE",
        "finished",
        100,
    )
    assert disks(lab) == [name(number) for number in range(4)]
    until(lambda: lab.storage.pool("rz").size_bytes > size_bytes * 1.2, 60, "a larger pool")
    assert run("pool_scrub", lab.storage, pool="rz").errors == 0
    assert lab.sh("sha256sum /rz/data") == before


@pytest.mark.proves("storage.pool_attach")
def test_a_growing_raidz_is_followed_by_who_comes_again_and_by_nobody_else(growing):
    """A cancel leaves it growing, as nothing can stop that."""
    lab = growing
    _, raised = lab.cancelled("pool_attach", **attach(3))
    assert "goes on growing" in raised[0].detail
    assert len(disks(lab)) == 4
    with pytest.raises(Busy):
        run("pool_attach", lab.storage, **attach(4))
    with pytest.raises((Busy, CheckpointExists)):
        run("pool_checkpoint", lab.storage, pool="rz", action="create")
    with pytest.raises(Unsupported):
        run("pool_detach", lab.storage, pool="rz", device=lab.guest.disk(3))

    go_on(lab)
    run("pool_attach", lab.storage, **attach(3))
    assert lab.storage.pool("rz").expansion.state == "finished"
    with pytest.raises(DeviceUnfit):
        run("pool_attach", lab.storage, pool="rz", vdev="raidz1-1", disk=lab.guest.disk(3))


@pytest.mark.proves("storage.pool_attach")
def test_a_growing_raidz_that_loses_a_disk_waits_and_goes_on_when_it_is_cleared(growing):
    """It says itself that it is `paused for resilver or clear`; the first alone may not do."""
    lab = growing
    running, thread, _ = lab.begun("pool_attach", **attach(3))
    until_it_waits(lab)
    run("pool_offline", lab.storage, pool="rz", device=lab.guest.disk(1))
    lab.fill("rz", 8)
    go_on(lab)
    run("pool_online", lab.storage, pool="rz", device=lab.guest.disk(1))
    run("pool_resilver_watch", lab.storage, pool="rz")
    lab.sh("zpool clear rz")
    thread.join()
    pool = lab.storage.pool("rz")
    assert (pool.health, pool.expansion.state) == ("ONLINE", "finished")
    done = [
        one["done"] for one in running.reports if one.get("done")
    ]  # what was written meanwhile adds to the total
    assert done == sorted(done)


@pytest.mark.proves("storage.pool_attach")
def test_a_raidz_that_cannot_grow_says_so(raidz):
    if raidz.guest.path(FEATURE).exists():
        pytest.skip("this OpenZFS has raidz expansion")
    with pytest.raises(Unsupported):
        run("pool_attach", raidz.storage, **attach(3))


@pytest.mark.proves("storage.pool_detach")
def test_a_raidz_never_gets_narrower(raidz):
    with pytest.raises(Unsupported):
        run("pool_detach", raidz.storage, pool="rz", device=raidz.guest.disk(0))
