"""What pools and scrubs refuse, and when."""

import pytest

from calypso.drivers.storage import (
    Interrupted,
    PoolExists,
    PoolMissing,
    PoolSuspended,
    ProductMissing,
    StorageError,
    Vdev,
)
from calypso.errors import CommandMissing, CommandTimedOut, JobCancelled
from tests.unit.drivers.zfs.scenarios import (
    LIST,
    STATUS,
    ZPOOL_LIST,
    destroyed,
    opener_argv,
    silent,
)

SUSPENDED = [*STATUS, "t"]


# ---- pools


def test_a_pool_is_not_made_twice(host, storage):
    with pytest.raises(PoolExists):
        storage.create_pool("tank", [Vdev(devices=("/nosuch",))])


def test_an_unknown_pool_is_missing(host, storage):
    host.answer([*ZPOOL_LIST, "nosuch"], "010-zpool-list-nosuch.txt")
    with pytest.raises(PoolMissing):
        storage.pool("nosuch")


def test_a_pool_without_a_status_is_missing(host, storage):
    host.answer([*STATUS, "tank"], "006-zpool-list-none-H.txt")
    with pytest.raises(PoolMissing):
        storage.pool("tank")


def test_a_suspended_pool_is_not_destroyed_for_that_would_hang(host, storage):
    host.answer(SUSPENDED, "205-suspended.txt", part=0)
    with pytest.raises(PoolSuspended):
        storage.destroy_pool("t")
    assert destroyed(host) == []


def test_a_plan_for_a_suspended_pool_is_made_though_it_lists_nothing(host, storage):
    host.answer(SUSPENDED, "205-suspended.txt", part=0)
    inside = ["zfs", "list", "-Hp", "-t", "all", "-o", "name", "-r", "t"]
    host.answer(inside, "205-suspended.txt", complaint=1, code=2)
    plan = storage.plan_destroy_pool("t")
    assert "refused" in plan.effects[1]
    assert plan.destroys == ["t"]


def test_a_pool_that_stays_after_its_destroying_is_an_error(host, storage):
    host.answer([*STATUS, "tank"], "026-zpool-status.txt")
    silent(host, opener_argv("tank/v1"), "zpool destroy tank")
    silent(host, *(f"zfs unmount tank/{name}" for name in ("d1", "x", "x/y")))
    with pytest.raises(StorageError, match="it is there"):
        storage.destroy_pool("tank")


def test_a_command_that_hangs_ends_as_timed_out(host, storage):
    host.answer([*ZPOOL_LIST, "tank"], raises=CommandTimedOut("zpool did not end"))
    with pytest.raises(CommandTimedOut):
        storage.pool("tank")


def test_missing_programs_are_a_missing_product(host, storage):
    host.answer(LIST, raises=CommandMissing("zfs", original="zfs"))
    with pytest.raises(ProductMissing, match="apt-get"):
        storage.datasets()


# ---- scrubs


def scrub(storage, timeout_s=60):
    return storage.run_scrub("tank", on_scan=lambda scan: None, timeout_s=timeout_s)


def test_a_scrub_that_runs_already_is_followed(host, storage):
    host.answer(["zpool", "scrub", "tank"], "133-scrub-start.txt", complaint=0)
    host.answer([*STATUS, "tank"], "133-scrub-start.txt", part=8)
    assert scrub(storage).state == "finished"


def test_a_scrub_waits_while_a_device_is_rebuilt(host, storage):
    host.answer(["zpool", "scrub", "tank"], "145-replace.txt", complaint=0)
    silent(host, "zpool scrub tank")
    host.answer([*STATUS, "tank"], "145-replace.txt", part=4)
    for part in (5, 6):
        host.answer([*STATUS, "tank"], "145-replace.txt", part=part)
    host.answer([*STATUS, "tank"], "133-scrub-start.txt", part=8)
    heard = []
    scan = storage.run_scrub("tank", on_scan=heard.append, timeout_s=60)
    assert [one.function for one in heard] == ["resilver", "resilver", "scrub"]
    assert scan.function == "scrub"


def test_a_paused_scrub_is_not_taken_for_its_end_nor_resumed_unasked(host, storage):
    for part in (6, 6, 7, 8):
        host.answer([*STATUS, "tank"], "133-scrub-start.txt", part=part)
    heard = []
    scan = storage.run_scrub("tank", on_scan=heard.append, timeout_s=60)
    assert [one.state.value for one in heard] == ["paused", "running", "finished"]
    assert scan.state == "finished"
    assert ("zpool", "scrub", "tank") not in host.asked


def test_a_paused_scrub_goes_on_when_it_is_resumed(host, storage):
    silent(host, "zpool scrub tank")
    host.answer([*STATUS, "tank"], "133-scrub-start.txt", part=7)
    host.answer([*STATUS, "tank"], "133-scrub-start.txt", part=8)
    storage.run_scrub("tank", resume=True, on_scan=lambda scan: None, timeout_s=60)
    assert host.asked.count(("zpool", "scrub", "tank")) == 1


def test_pausing_tells_how_far_the_scrub_is(host, storage):
    silent(host, "zpool scrub -p tank")
    host.answer([*STATUS, "tank"], "133-scrub-start.txt", part=6)
    assert storage.pause_scrub("tank").percent == 31.25


def test_pausing_a_paused_scrub_is_fine(host, storage):
    host.answer(["zpool", "scrub", "-p", "tank"], "133-scrub-start.txt", complaint=1)
    host.answer([*STATUS, "tank"], "133-scrub-start.txt", part=6)
    assert storage.pause_scrub("tank").state == "paused"


def test_pausing_where_no_scrub_runs_is_refused(host, storage):
    host.answer(["zpool", "scrub", "-p", "tank"], "132-scrub-none.txt", complaint=1)
    host.answer([*STATUS, "tank"], "133-scrub-start.txt", part=5)
    with pytest.raises(Interrupted, match="none to pause"):
        storage.pause_scrub("tank")


def test_a_scrub_that_is_over_is_not_paused_though_a_newer_zfs_would_say_nothing(host, storage):
    host.answer([*STATUS, "tank"], "133-scrub-start.txt", part=8)
    with pytest.raises(Interrupted, match="none to pause"):
        storage.pause_scrub("tank")
    assert ("zpool", "scrub", "-p", "tank") not in host.asked


def test_a_scrub_that_runs_on_is_not_called_paused(host, storage):
    silent(host, "zpool scrub -p tank")
    host.answer([*STATUS, "tank"], "133-scrub-start.txt", part=5)
    with pytest.raises(StorageError, match="it is not"):
        storage.pause_scrub("tank")


def test_a_scrub_that_a_resilver_cut_short_begins_anew(host, storage):
    silent(host, "zpool scrub tank")
    host.answer([*STATUS, "tank"], "145-replace.txt", part=5)
    host.answer([*STATUS, "tank"], "145-replace.txt", part=6)
    host.answer([*STATUS, "tank"], "133-scrub-start.txt", part=8)
    assert scrub(storage).function == "scrub"
    assert host.asked.count(("zpool", "scrub", "tank")) == 2


def test_a_scrub_somebody_stopped_is_no_success(host, storage):
    silent(host, "zpool scrub tank")
    host.answer([*STATUS, "tank"], "026-zpool-status.txt")
    with pytest.raises(Interrupted):
        scrub(storage)


@pytest.mark.parametrize(
    "act",
    [
        lambda storage: storage.run_scrub("t", on_scan=lambda scan: None, timeout_s=60),
        lambda storage: storage.run_scrub(
            "t", resume=True, on_scan=lambda scan: None, timeout_s=60
        ),
        lambda storage: storage.pause_scrub("t"),
        lambda storage: storage.stop_scrub("t"),
    ],
)
def test_of_a_suspended_pool_no_scrub_is_asked_for_that_would_hang(host, storage, act):
    host.answer(SUSPENDED, "205-suspended.txt", part=0)
    with pytest.raises(PoolSuspended, match="its scrub does not go on"):
        act(storage)
    assert not any(argv[1] == "scrub" for argv in host.asked)


def test_a_scrub_of_a_pool_that_loses_its_disks_ends(host, storage):
    silent(host, "zpool scrub t")
    host.answer(SUSPENDED, "204-status-counters.txt", part=0)
    host.answer(SUSPENDED, "205-suspended.txt", part=0)
    with pytest.raises(PoolSuspended):
        storage.run_scrub("t", on_scan=lambda scan: None, timeout_s=60)
    assert ("zpool", "scrub", "t") in host.asked


def test_a_scrub_has_a_time_limit(host, storage):
    silent(host, "zpool scrub tank")
    host.answer([*STATUS, "tank"], "133-scrub-start.txt", part=0)
    with pytest.raises(CommandTimedOut):
        scrub(storage, timeout_s=0)


def test_a_pause_may_be_cut_by_a_cancel(host, storage):
    def cancelled(_seconds):
        raise JobCancelled

    silent(host, "zpool scrub tank")
    host.answer([*STATUS, "tank"], "133-scrub-start.txt", part=0)
    storage._pause = cancelled
    with pytest.raises(JobCancelled):
        scrub(storage)


def test_stopping_no_scrub_is_fine(host, storage):
    host.answer(["zpool", "scrub", "-s", "tank"], "132-scrub-none.txt", complaint=0)
    host.answer([*STATUS, "tank"], "026-zpool-status.txt")
    storage.stop_scrub("tank")


def test_a_scrub_that_runs_on_is_not_called_stopped(host, storage):
    silent(host, "zpool scrub -s tank")
    host.answer([*STATUS, "tank"], "133-scrub-start.txt", part=0)
    with pytest.raises(StorageError, match="it runs"):
        storage.stop_scrub("tank")


# ---- resilvers


def follow(storage):
    return storage.follow_resilver("tank", on_scan=lambda scan: None, timeout_s=60)


def test_a_resilver_is_followed_to_its_end(host, storage):
    for part in (0, 5, 6):
        host.answer([*STATUS, "tank"], "145-replace.txt", part=part)
    assert follow(storage).repaired_bytes == 467 << 20


def test_a_resilver_that_zfs_has_not_begun_yet_is_waited_for(host, storage, pauses):
    host.answer([*STATUS, "tank"], "143-online.txt", part=0)
    for part in (0, 0, 6):
        host.answer([*STATUS, "tank"], "145-replace.txt", part=part)
    assert follow(storage).state == "finished"
    assert len(pauses) == 2


def test_where_no_resilver_begins_there_is_none(host, storage, pauses):
    host.answer([*STATUS, "tank"], "143-online.txt", part=0)
    assert follow(storage) is None
    assert len(pauses) == 5
