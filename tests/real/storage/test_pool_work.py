"""What goes over a whole pool on real disks: scrubs, trims, initializings."""

import pytest

from calypso.drivers.storage import Interrupted
from tests.fakes.running import FakeRunning, run

pytestmark = [pytest.mark.real("lab"), pytest.mark.timeout(600)]
SLOW = 10 << 20  # bytes a second: a scrub lasts long enough to be looked at


@pytest.mark.proves("storage.pool_scrub")
def test_a_scrub_repairs_what_was_damaged_on_one_side(lab):
    lab.mirror(0, 1)
    lab.sh(f"dd if=/dev/urandom of={lab.guest.disk(0)}-part1 bs=1M seek=8 count=200 2>/dev/null")
    running = FakeRunning()
    told = run("pool_scrub", lab.storage, running, pool="tank")
    assert told.errors == 0
    assert told.repaired_bytes > 0
    pool = lab.storage.pool("tank")
    assert (pool.health, pool.checksum_errors > 0) == ("ONLINE", True)
    assert lab.device("tank", 0).checksum_errors == pool.checksum_errors
    assert run("pool_scrub", lab.storage, pool="tank", threshold_days=1).is_skipped


@pytest.mark.proves("storage.pool_scrub")
@pytest.mark.proves("storage.pool_scrub_pause")
def test_a_paused_scrub_waits_for_its_resuming(lab):
    lab.mirror(0, 1, megabytes=60)
    for number in (0, 1):
        lab.guest.throttle(number, read_bytes_per_s=SLOW)
    running, thread, answers = lab.begun("pool_scrub", pool="tank")

    paused = run("pool_scrub_pause", lab.storage, pool="tank")
    assert paused.percent < 100
    while running.reports[-1]["phase"] != "scrub paused":
        thread.join(0.1)
        assert thread.is_alive(), "a paused scrub was taken for its end"
    assert run("pool_scrub_pause", lab.storage, pool="tank").percent == paused.percent

    for number in (0, 1):
        lab.guest.throttle(number, read_bytes_per_s=0)
    resumed = run("pool_scrub", lab.storage, pool="tank", action="resume")
    thread.join()
    assert resumed.errors == 0
    assert answers[0].errors == 0
    with pytest.raises(Interrupted):
        run("pool_scrub_pause", lab.storage, pool="tank")


@pytest.mark.proves("storage.pool_scrub")
def test_a_cancelled_scrub_is_stopped(lab):
    lab.mirror(0, 1, megabytes=60)
    for number in (0, 1):
        lab.guest.throttle(number, read_bytes_per_s=SLOW)
    _, raised = lab.cancelled("pool_scrub", pool="tank")
    assert raised
    assert lab.storage.pool("tank").scan.state == "canceled"


@pytest.fixture
def obeys_rates(lab):
    """A trim looks at its rate between two extents, and a new disk's free space is few of them."""
    extent = "/sys/module/zfs/parameters/zfs_trim_extent_bytes_max"
    usual = lab.sh(f"cat {extent}").strip()
    lab.sh(f"echo {1 << 20} > {extent}")
    yield
    lab.sh(f"echo {usual} > {extent}")


@pytest.mark.proves("storage.pool_trim")
def test_free_space_is_trimmed_device_by_device(lab, obeys_rates):
    lab.mirror(0, 1)
    running = FakeRunning()
    run("pool_trim", lab.storage, running, pool="tank")
    assert running.percents[-1] == 100.0
    assert {one.trim.state.value for one in lab.storage.pool("tank").devices} == {"finished"}

    _, raised = lab.cancelled(
        "pool_trim", pool="tank", devices=[lab.guest.disk(1)], rate_bytes_per_s=1 << 20
    )
    assert raised
    assert is_not_done(lab.device("tank", 1).trim)
    assert lab.device("tank", 0).trim.state == "finished"


@pytest.mark.proves("storage.pool_initialize")
def test_free_space_is_written_to_and_a_cancel_stops_that(lab):
    """Files stand for disks: to write all of a disk takes an emulated machine minutes."""
    files = ["/tmp/init-a", "/tmp/init-b"]
    lab.sh(f"truncate -s 200M {' '.join(files)}")
    vdev = {"kind": "mirror", "devices": files}
    run("pool_create", lab.storage, name="tank", vdevs=[vdev])
    _, raised = lab.cancelled("pool_initialize", pool="tank")
    assert raised
    assert all(is_not_done(one.initialize) for one in lab.storage.pool("tank").devices)

    running = FakeRunning()
    run("pool_initialize", lab.storage, running, pool="tank", devices=files[:1])
    assert running.percents[-1] == 100.0
    first, second = lab.storage.pool("tank").devices
    assert first.initialize.state == "finished"
    assert is_not_done(second.initialize)


def is_not_done(activity):
    """One that was stopped is as if it had never been; a newer ZFS tells that it was stopped."""
    return activity is None or activity.state == "canceled"
