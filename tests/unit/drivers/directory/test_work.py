"""What goes on in a pool: leftovers, several processes, scrubs."""

import json
import os
import threading

import pytest

from calypso.drivers.storage import DatasetMissing, Interrupted, SnapshotExists
from calypso.drivers.storage.directory.trees import moves
from calypso.drivers.storage.directory.workshop import Workshop
from calypso.errors import JobCancelled
from calypso.host.local import LocalHost
from calypso.host.stopping import Stop, StopSignal

LARGE_BYTES = 256 << 20  # of zeros


@pytest.fixture
def stop():
    signal = StopSignal()
    yield signal
    signal.close()


def test_what_a_dead_process_left_is_removed_by_the_next_work(storage, live, work):
    (work / "0123abcd" / "0").mkdir(parents=True)
    (work / "0123abcd" / "0" / "half").write_text("a snapshot")
    (work / "0123abcd.lock").touch()
    assert storage.snapshots() == []
    storage.create_snapshot("tank/home", "one")
    assert list(work.iterdir()) == []


def test_what_a_living_process_works_on_is_left_alone(storage, live, work, tmp_path):
    with Workshop(LocalHost(), tmp_path / "state").working(tmp_path / "pool") as place:
        storage.create_snapshot("tank/home", "one")
        assert place.exists()
    assert list(work.iterdir()) == []


def test_a_cancelled_job_leaves_nothing_once_it_tidied(storage, open_storage, live, work, stop):
    (live / "file").write_text("x")
    host = LocalHost(stop=stop)
    stopped = open_storage(host)
    real = Workshop.run

    def cancelled_after(self, verb, *arguments):
        told = real(self, verb, *arguments)
        stop.request(Stop.CANCELLED)
        stop.check()
        return told

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Workshop, "run", cancelled_after)
        with pytest.raises(JobCancelled):
            stopped.create_snapshot("tank/home", "one")
    assert any(work.iterdir())

    with stop.hold():
        stopped.abandon("tank/home")
    assert list(work.iterdir()) == []
    assert storage.snapshots() == []


def test_a_commit_that_was_killed_is_finished_by_whoever_looks(storage, live, open_storage):
    (live / "file").write_text("before")
    storage.create_snapshot("tank/home", "one")
    (live / "file").write_text("after")

    class Killed(BaseException):
        pass

    def killed(pool):
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(moves, "_move", lambda source, to: killed(source))
        with pytest.raises(Killed):
            storage.rollback("tank/home@one")

    open_storage().dataset("tank/home")
    assert (live / "file").read_text() == "before"


def test_of_two_that_take_the_same_snapshot_at_once_one_is_told(storage, live, open_storage):
    (live / "file").write_text("x")
    other = open_storage()
    real = Workshop.run

    def other_is_faster(self, verb, *arguments):
        told = real(self, verb, *arguments)
        patch.undo()
        other.create_snapshot("tank/home", "one")
        return told

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Workshop, "run", other_is_faster)
        with pytest.raises(SnapshotExists):
            storage.create_snapshot("tank/home", "one")
    assert [one.name for one in storage.snapshots()] == ["tank/home@one"]


def test_a_dataset_destroyed_while_its_snapshot_is_taken_has_none(storage, live, open_storage):
    other = open_storage()
    real = Workshop.run

    def other_is_faster(self, verb, *arguments):
        told = real(self, verb, *arguments)
        patch.undo()
        other.destroy_dataset("tank/home")
        return told

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Workshop, "run", other_is_faster)
        with pytest.raises(DatasetMissing):
            storage.create_snapshot("tank/home", "one")
    assert [one.name for one in storage.datasets()] == ["tank"]


def test_the_order_of_snapshots_is_never_given_twice(storage, live):
    first = storage.create_snapshot("tank/home", "one")
    storage.destroy_snapshots("tank/home", ["one"])
    assert storage.create_snapshot("tank/home", "one").order > first.order


# ---- scrubs


@pytest.fixture
def damaged(storage, live, tmp_path):
    """A pool with one snapshot of which one file has rotted."""
    (live / "good").write_text("good")
    (live / "bad").write_text("before")
    storage.create_snapshot("tank/home", "one")
    files = tmp_path / "pool/root/children/home/snapshots/one/files"
    (files / "bad").chmod(0o600)
    (files / "bad").write_text("rotten")
    return storage


@pytest.fixture
def large(damaged, live):
    """The same with enough to read that its scrub can be paused before it ends."""
    (live / "zeros").touch()
    os.truncate(live / "zeros", LARGE_BYTES)
    damaged.create_snapshot("tank/home", "two")
    return damaged


def scrub(storage, on_scan=lambda _scan: None):
    return storage.run_scrub("tank", on_scan=on_scan, timeout_s=30)


def test_a_rotten_file_is_found_and_named_until_it_is_gone(damaged):
    assert scrub(damaged).errors == 1
    pool = damaged.pool("tank")
    assert (pool.health, pool.data_errors) == ("DEGRADED", 1)
    assert "tank/home@one: bad" in pool.status

    damaged.destroy_snapshots("tank/home", ["one"])
    assert damaged.pool("tank").data_errors == 1
    assert scrub(damaged).errors == 0
    assert (damaged.pool("tank").health, damaged.pool("tank").status) == ("ONLINE", None)


def test_a_manifest_that_was_changed_is_found(storage, live, tmp_path):
    (live / "file").write_text("x")
    storage.create_snapshot("tank/home", "one")
    manifest = tmp_path / "pool/root/children/home/snapshots/one/manifest.jsonl"
    manifest.write_text(manifest.read_text().replace('"uid":', '"gid":1,"uid":', 1))
    assert scrub(storage).errors == 1
    assert "manifest.jsonl" in storage.pool("tank").status


def test_a_scrub_whose_process_died_is_not_running_for_ever(damaged, tmp_path):
    scrub(damaged)
    scan = tmp_path / "pool" / "scan.json"
    told = json.loads(scan.read_text())
    told["scan"].update(state="running", finished_at=None)
    scan.write_text(json.dumps(told))
    assert damaged.pool("tank").scan.state == "canceled"
    assert damaged.pool("tank").data_errors == 1


def test_a_cancelled_scrub_is_marked_and_what_was_known_stays_known(damaged, open_storage, stop):
    scrub(damaged)
    stopped = open_storage(LocalHost(stop=stop))
    with pytest.raises(JobCancelled):
        scrub(stopped, on_scan=lambda _scan: stop.request(Stop.CANCELLED))
    with stop.hold():
        stopped.stop_scrub("tank")
    assert damaged.pool("tank").scan.state == "canceled"
    assert damaged.pool("tank").data_errors == 1


def test_a_scrub_is_stopped_from_elsewhere(damaged, open_storage):
    threads = []

    def stop_once(scan):
        if not threads:
            threads.append(threading.Thread(target=open_storage().stop_scrub, args=("tank",)))
            threads[0].start()
            wanted = open_storage()._shop.pool("tank") / "scan.stop"
            while not wanted.exists():
                threads[0].join(0.01)

    with pytest.raises(Interrupted, match="stopped the scrub"):
        scrub(damaged, on_scan=stop_once)
    threads[0].join()
    assert damaged.pool("tank").scan.state == "canceled"


def test_a_scrub_that_runs_already_is_followed(damaged, open_storage):
    heard, answers, threads = [], [], []
    followed = threading.Event()

    def hear(scan):
        heard.append(scan)
        followed.set()

    def follow():
        answers.append(scrub(open_storage(), on_scan=hear))

    def start_follower(scan):
        if not threads:
            threads.append(threading.Thread(target=follow))
            threads[0].start()
            assert followed.wait(20)

    mine = scrub(damaged, on_scan=start_follower)
    threads[0].join()
    assert answers == [mine]
    assert heard[0].state == "running"


def test_a_scrub_stands_still_and_goes_on(large, open_storage):
    """Paused from elsewhere, as a job would; what is heard ends with the whole scrub."""
    states, threads = [], []

    def pause_once(scan):
        states.append(scan.state.value)
        if not threads:
            threads.append(threading.Thread(target=open_storage().pause_scrub, args=("tank",)))
            threads[0].start()
        elif states[-1] == "paused" and len(threads) == 1:
            threads[0].join()
            threads.append(threading.Thread(target=resume))
            threads[1].start()

    def resume():
        open_storage().run_scrub("tank", resume=True, on_scan=lambda scan: None, timeout_s=60)

    scan = scrub(large, on_scan=pause_once)
    for thread in threads:
        thread.join()
    assert scan.state == "finished"
    assert "paused" in states
    assert states.index("paused") < len(states) - 1


def test_a_paused_scrub_whose_process_is_gone_was_cancelled(large, open_storage):
    pausing = []

    def pause_then_die(scan):
        if not pausing:
            pausing.append(threading.Thread(target=open_storage().pause_scrub, args=("tank",)))
            pausing[0].start()
        elif scan.state == "paused":
            pausing[0].join()
            raise JobCancelled

    with pytest.raises(JobCancelled):
        scrub(large, on_scan=pause_then_die)
    assert large.pool("tank").scan.state == "canceled"
