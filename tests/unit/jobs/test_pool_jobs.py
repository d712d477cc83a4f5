"""Jobs about pools and disks: what a cancel and a rerun do, what they exclude, what they tell."""

from datetime import timedelta

import pytest

from calypso.drivers.storage import (
    Activity,
    Device,
    DeviceMissing,
    Disk,
    Interrupted,
    Pool,
    Scan,
    SmartProgress,
)
from calypso.errors import JobCancelled
from calypso.models.clock import now
from tests.fakes.running import FakeRunning, run

DISK = "/dev/disk/by-id/ata-X_1"


class Storage:
    """Answers each verb as told, and keeps the calls; an exception is raised."""

    def __init__(self, **answers):
        self.answers, self.calls = answers, []

    def __getattr__(self, verb):
        def act(*args, **options):
            self.calls.append((verb, *args))
            answer = self.answers.get(verb)
            if callable(answer):
                return answer(*args, **options)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return act


def pool(**told):
    plain = {
        "name": "tank", "guid": "1", "health": "ONLINE", "size_bytes": 100, "allocated_bytes": 1,
        "free_bytes": 99, "capacity_percent": 1.0,
    }  # fmt: skip
    return Pool(**{**plain, **told})


def finished(function="scrub", days_ago=0.0, **told):
    ended = now() - timedelta(days=days_ago)
    return Scan(function=function, state="finished", finished_at=ended, **told)


# ---- cancel


CANCELLED = [
    ("pool_scrub", "run_scrub", {"pool": "tank"}, ("stop_scrub", "tank")),
    (
        "pool_replace",
        "replace_device",
        {"pool": "tank", "old": "sda", "new": DISK},
        ("detach_device", "tank", DISK),
    ),
    (
        "pool_attach",
        "attach_device",
        {"pool": "tank", "vdev": "sda", "disk": DISK},
        ("detach_device", "tank", DISK),
    ),
    (
        "pool_remove_vdev",
        "remove_vdev",
        {"pool": "tank", "vdev": "mirror-1"},
        ("stop_removing", "tank"),
    ),
    ("pool_trim", "run_trim", {"pool": "tank"}, ("stop_trim", "tank", ())),
    (
        "pool_initialize",
        "run_initialize",
        {"pool": "tank", "devices": ["sda"]},
        ("stop_initialize", "tank", ("sda",)),
    ),
    ("disk_smart_test", "run_smart_test", {"disk": DISK}, ("stop_smart_test", DISK)),
]


@pytest.mark.parametrize(
    ("name", "verb", "params", "stop"), CANCELLED, ids=[one[0] for one in CANCELLED]
)
def test_a_cancel_tells_the_product_to_stop(name, verb, params, stop):
    storage, running = Storage(pool=pool(), **{verb: JobCancelled()}), FakeRunning()
    with pytest.raises(JobCancelled):
        run(name, storage, running, **params)
    assert storage.calls[-1] == stop
    assert running.tidied == 1


@pytest.mark.parametrize(
    ("name", "verb", "params"),
    [
        ("pool_replace", "replace_device", {"pool": "tank", "old": "sda"}),
        ("pool_attach", "attach_device", {"pool": "tank", "vdev": "raidz1-0", "disk": DISK}),
    ],
)
def test_what_cannot_be_undone_says_so_and_is_left_alone(name, verb, params):
    storage = Storage(**{verb: JobCancelled()})
    with pytest.raises(JobCancelled, match="goes on"):
        run(name, storage, **params)
    assert len(storage.calls) == 1


# ---- scrubs


def test_a_scrub_recent_enough_is_not_repeated():
    storage = Storage(pool=pool(scan=finished(days_ago=6)))
    assert run("pool_scrub", storage, pool="tank", threshold_days=7).is_skipped
    assert [call[0] for call in storage.calls] == ["pool"]


@pytest.mark.parametrize(
    "last",
    [
        None,
        finished(days_ago=8),
        finished("resilver", days_ago=1),
        Scan(function="scrub", state="canceled", finished_at=now()),
        Scan(function="scrub", state="running"),
    ],
    ids=["never", "long ago", "resilver", "canceled", "running"],
)
def test_a_scrub_is_due_unless_one_has_ended(last):
    storage = Storage(pool=pool(scan=last), run_scrub=finished(repaired_bytes=0, errors=0))
    assert not run("pool_scrub", storage, pool="tank", threshold_days=7).is_skipped


def test_an_attempt_that_had_begun_a_scrub_goes_on_with_it():
    before = (now() - timedelta(hours=1)).isoformat()
    last = finished(days_ago=1)
    storage = Storage(pool=pool(scan=last), run_scrub=finished(errors=0))
    assert (
        run(
            "pool_scrub", storage, FakeRunning(external=before), pool="tank", threshold_days=7
        ).errors
        == 0
    )
    assert storage.calls[-1][0] == "run_scrub"


def test_a_scrub_that_ended_while_its_worker_was_lost_is_not_made_again():
    before = (now() - timedelta(hours=1)).isoformat()
    storage = Storage(pool=pool(scan=finished(errors=2, repaired_bytes=7)))
    running = FakeRunning(external=before)
    told = run("pool_scrub", storage, running, pool="tank")
    assert (told.errors, told.repaired_bytes, told.is_skipped) == (2, 7, False)
    assert running.warnings
    assert [call[0] for call in storage.calls] == ["pool"]


def test_a_scrub_that_somebody_stopped_while_its_worker_was_lost_is_not_begun_anew():
    before = (now() - timedelta(hours=1)).isoformat()
    stopped = Scan(function="scrub", state="canceled", finished_at=now())
    storage = Storage(pool=pool(scan=stopped))
    with pytest.raises(Interrupted, match="Somebody stopped"):
        run("pool_scrub", storage, FakeRunning(external=before), pool="tank")
    assert [call[0] for call in storage.calls] == ["pool"]


@pytest.mark.parametrize("last", [None, finished(), Scan(function="scrub", state="canceled")])
def test_what_is_not_paused_cannot_be_resumed(last):
    with pytest.raises(Interrupted, match="paused"):
        run("pool_scrub", Storage(pool=pool(scan=last)), pool="tank", action="resume")


def test_a_scrub_that_found_damage_ends_with_a_warning():
    running = FakeRunning()
    storage = Storage(pool=pool(), run_scrub=finished(errors=3, repaired_bytes=5))
    assert run("pool_scrub", storage, running, pool="tank").errors == 3
    assert running.warnings[0][0] == "scrub_errors"


def test_a_scrub_shows_bytes_and_a_resilver_that_cut_in():
    running = FakeRunning()

    def scrub(_pool, *, resume, on_scan, timeout_s):
        assert resume
        on_scan(Scan(function="resilver", state="running", percent=5.0))
        on_scan(Scan(function="scrub", state="paused", issued_bytes=1, total_bytes=4, percent=25.0))
        return finished(errors=0)

    paused = Scan(function="scrub", state="paused")
    storage = Storage(pool=pool(scan=paused), run_scrub=scrub)
    run("pool_scrub", storage, running, pool="tank", action="resume")
    assert [one["phase"] for one in running.reports] == ["resilver running", "scrub paused"]
    assert (running.reports[1]["done"], running.reports[1]["total"]) == (1, 4)


# ---- reruns


def test_a_detach_that_the_attempt_before_did_is_done():
    storage = Storage(detach_device=DeviceMissing())
    run("pool_detach", storage, FakeRunning(external="detach:sda"), pool="tank", device="sda")
    with pytest.raises(DeviceMissing):
        run("pool_detach", storage, pool="tank", device="sda")


def test_a_removal_that_the_attempt_before_saw_through_is_done():
    storage = Storage(pool=pool())
    run("pool_remove_vdev", storage, FakeRunning(external="remove:sda"), pool="tank", vdev="sda")
    assert [call[0] for call in storage.calls] == ["pool"]


def test_a_removal_that_was_cut_goes_on():
    storage = Storage(pool=pool(devices=(Device(name="sdb", state="ONLINE", group="mirror-1"),)))
    run("pool_remove_vdev", storage, FakeRunning(external="remove"), pool="tank", vdev="mirror-1")
    assert storage.calls[-1] == ("remove_vdev", "tank", "mirror-1")


def test_an_import_that_the_attempt_before_did_is_done():
    storage = Storage(pools=[pool(name="new", guid="7")])
    told = run("pool_import", storage, FakeRunning(external="import"), pool="tank", new_name="new")
    assert told.guid == "7"
    assert [call[0] for call in storage.calls] == ["pools"]


def test_an_import_of_a_pool_that_is_not_well_ends_with_a_warning():
    running = FakeRunning()
    storage = Storage(import_pool=pool(health="DEGRADED", status="A disk is missing."))
    assert run("pool_import", storage, running, pool="tank").health == "DEGRADED"
    assert "A disk is missing." in running.warnings[0][1]


# ---- the others


def test_every_disk_of_a_pool_is_expanded_and_the_growth_told():
    sizes = iter([100, 160])
    devices = (
        Device(name="sda", state="ONLINE"),
        Device(name="sdb", state="OFFLINE"),
        Device(name="sdc", state="ONLINE", role="log"),
    )
    storage = Storage(pool=lambda _name: pool(size_bytes=next(sizes), devices=devices))
    told = run("pool_expand", storage, pool="tank")
    assert (told.size_bytes, told.grown_bytes) == (160, 60)
    assert [call[2] for call in storage.calls if call[0] == "online_device"] == ["sda"]


def test_new_disks_are_named_after_every_controller_was_asked():
    seen = iter([["/dev/sda", "/dev/sdb"], ["/dev/sdb", "/dev/sdc"]])
    storage = Storage(
        disks=lambda: [Disk(path=path, device=path, size_bytes=1) for path in next(seen)],
        disk_hosts=["host0", "host1"],
    )
    told = run("disk_rescan", storage)
    assert (told.disks, told.appeared, told.vanished) == (2, ("/dev/sdc",), ("/dev/sda",))
    assert [call for call in storage.calls if call[0] != "disks"] == [
        ("disk_hosts",), ("rescan_host", "host0"), ("rescan_host", "host1"), ("settle_disks",),
    ]  # fmt: skip


def test_a_checkpoint_is_made_or_given_up():
    storage = Storage()
    run("pool_checkpoint", storage, pool="tank", action="create")
    run("pool_checkpoint", storage, pool="tank", action="discard")
    assert [call[0] for call in storage.calls] == ["create_checkpoint", "discard_checkpoint"]


def test_vdevs_are_tried_before_they_are_added():
    storage = Storage(add_vdevs=pool())
    run("pool_add_vdev", storage, pool="tank", vdevs=[{"role": "log", "devices": [DISK]}])
    assert [call[0] for call in storage.calls] == ["plan_add_vdevs", "add_vdevs"]


def test_a_watch_where_nothing_is_rebuilt_says_so():
    assert run("pool_resilver_watch", Storage(), pool="tank").is_idle
    ended = finished("resilver", errors=1, repaired_bytes=9)
    running = FakeRunning()
    told = run("pool_resilver_watch", Storage(follow_resilver=ended), running, pool="tank")
    assert told.resilvered_bytes == 9
    assert running.warnings[0][0] == "resilver_errors"


def test_a_replacing_tells_what_was_written():
    ended = finished("resilver", errors=2, repaired_bytes=9)
    running = FakeRunning()
    storage = Storage(replace_device=ended)
    told = run("pool_replace", storage, running, pool="tank", old="sda", new=DISK)
    assert (told.resilvered_bytes, told.errors) == (9, 2)
    assert running.warnings


def test_a_wipe_shows_bytes():
    running = FakeRunning()

    def wipe(_disk, _mode, *, on_bytes, timeout_s):
        on_bytes(5, 10)

    run("disk_wipe", Storage(wipe_disk=wipe), running, disk=DISK)
    assert running.reports[-1] == {"phase": "writing", "done": 5, "total": 10, "unit": "bytes"}


def test_a_self_test_shows_what_the_disk_tells():
    running = FakeRunning()

    def check(_disk, _test, *, on_smart, timeout_s):
        on_smart(SmartProgress(is_running=True, percent=10.0, words="in progress"))
        return SmartProgress(is_running=False, passed=True, words="completed")

    told = run("disk_smart_test", Storage(run_smart_test=check), running, disk=DISK)
    assert told.words == "completed"
    assert running.reports[0]["percent"] == 10.0


def test_an_expansion_is_shown_as_one():
    running = FakeRunning()

    def attach(*_args, on_progress, **_options):
        on_progress(Activity(state="running", done_bytes=1, total_bytes=2, percent=50.0))

    storage = Storage(attach_device=attach)
    run("pool_attach", storage, running, pool="tank", vdev="raidz1-0", disk=DISK)
    assert running.reports[0]["phase"] == "expansion running"
