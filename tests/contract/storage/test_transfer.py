"""Sending a snapshot: everything arrives, only the difference travels, a cut leaves no trace."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from calypso.drivers.storage import (
    BaseMissing,
    DatasetExists,
    DatasetMissing,
    ParentMissing,
    SnapshotMissing,
    StreamBroken,
)
from calypso.errors import JobCancelled
from calypso.host.stopping import Stop
from tests.contract.storage import edits


def fill(place, dataset, files=40, size_bytes=20_000):
    place.machine.call(edits.fill, place.path(dataset), files, size_bytes)


def fill_with_everything(place, dataset):
    try:
        place.machine.call(edits.fill_with_everything, place.path(dataset))
    except OSError as refused:
        if refused.errno == errno.ENOTSUP:
            pytest.skip("this file system has no extended attributes")
        raise


@pytest.fixture
def home(place):
    return place.dataset("home")


def test_everything_there_is_arrives(place, home):
    fill_with_everything(place, home)
    place.snapshot(home, "one")

    sent, _ = place.send(f"{home}@one", f"{place.pool}/copy")

    assert sent.snapshot == f"{place.pool}/copy@one"
    assert place.storage.checksum(f"{home}@one") == place.storage.checksum(sent.snapshot)
    there = place.path(f"{place.pool}/copy")
    found = (there / "folder" / "file").stat()
    assert (found.st_mode & 0o777, found.st_mtime_ns) == (0o640, 1_600_000_000_123_456_789)
    attribute = place.machine.call(os.getxattr, there / "folder" / "file", "user.comment")
    assert attribute == b"kept"
    assert (there / "hard-link").stat().st_ino == found.st_ino
    assert str((there / "soft-link").readlink()) == "nowhere/../at all"
    assert (there / "folder" / "empty").stat().st_mode & 0o777 == 0o711
    assert (there / "line\nbreak").read_text() == "odd"


def test_the_same_snapshot_is_known_by_its_guid_on_both_sides(place, home):
    place.snapshot(home, "one")
    place.send(f"{home}@one", f"{place.pool}/copy")
    mine, theirs = place.storage.snapshots(home), place.storage.snapshots(f"{place.pool}/copy")
    assert mine[0].guid == theirs[0].guid


def test_only_the_difference_travels(place, home):
    fill(place, home)
    place.snapshot(home, "one")
    full, _ = place.send(f"{home}@one", f"{place.pool}/copy")
    (place.path(home) / "file-007").write_bytes(os.urandom(20_000))
    place.snapshot(home, "two")

    more, _ = place.send(f"{home}@two", f"{place.pool}/copy", base="one")

    assert full.sent_bytes > 40 * 20_000
    assert more.sent_bytes < full.sent_bytes * 0.05
    assert place.storage.checksum(f"{home}@two") == place.storage.checksum(more.snapshot)


def test_deletions_renames_links_and_modes_travel(place, home):
    path = place.path(home)
    fill_with_everything(place, home)
    fill(place, home, files=10)
    place.snapshot(home, "one")
    place.send(f"{home}@one", f"{place.pool}/copy")

    (path / "file-001").unlink()
    (path / "file-002").rename(path / "renamed")
    (path / "folder" / "empty").rmdir()
    (path / "soft-link").unlink()
    (path / "soft-link").symlink_to("elsewhere")
    (path / "file-003").chmod(0o600)
    (path / "file-004").unlink()
    (path / "file-004").mkdir()
    place.machine.call(os.removexattr, path / "folder" / "file", "user.comment")
    place.snapshot(home, "two")
    sent, _ = place.send(f"{home}@two", f"{place.pool}/copy", base="one")

    assert place.storage.checksum(f"{home}@two") == place.storage.checksum(sent.snapshot)
    there = place.path(f"{place.pool}/copy")
    assert not (there / "file-001").exists()
    assert (there / "renamed").read_bytes() == (path / "renamed").read_bytes()
    assert (there / "file-004").is_dir()
    assert (there / "file-003").stat().st_mode & 0o777 == 0o600


def test_a_change_that_keeps_size_and_time_arrives(place, home):
    file = place.path(home) / "sly"
    file.write_text("before")
    stamp = file.stat().st_mtime_ns
    place.snapshot(home, "one")
    place.send(f"{home}@one", f"{place.pool}/copy")
    file.write_text("after!")
    place.machine.call(os.utime, file, ns=(stamp, stamp))
    place.snapshot(home, "two")
    place.send(f"{home}@two", f"{place.pool}/copy", base="one")
    assert (place.path(f"{place.pool}/copy") / "sly").read_text() == "after!"


def test_what_was_changed_in_the_target_is_undone(place, home):
    (place.path(home) / "a").write_text("one")
    place.snapshot(home, "one")
    place.send(f"{home}@one", f"{place.pool}/copy")
    (place.path(f"{place.pool}/copy") / "a").write_text("meddled")
    (place.path(f"{place.pool}/copy") / "b").write_text("meddled")
    place.snapshot(home, "two")
    place.send(f"{home}@two", f"{place.pool}/copy", base="one")
    there = place.path(f"{place.pool}/copy")
    assert sorted(one.name for one in there.iterdir()) == ["a"]
    assert (there / "a").read_text() == "one"


def test_a_full_transfer_needs_a_new_target_with_a_parent(place, home):
    place.snapshot(home, "one")
    other = place.dataset("other")
    with pytest.raises(DatasetExists):
        place.send(f"{home}@one", other)
    with pytest.raises(ParentMissing):
        place.send(f"{home}@one", f"{place.pool}/no/such")


def test_a_base_of_the_same_name_is_not_the_same_snapshot(place, home):
    other = place.dataset("other")
    place.snapshot(home, "one")
    place.snapshot(other, "one")
    place.snapshot(home, "two")
    with pytest.raises(BaseMissing):
        place.send(f"{home}@two", other, base="one")


def test_an_unknown_snapshot_cannot_be_sent(place, home):
    with pytest.raises((SnapshotMissing, DatasetMissing)):
        place.send(f"{home}@nosuch", f"{place.pool}/copy")


def test_progress_never_goes_back_and_ends_at_its_total(place, home):
    fill(place, home)
    place.snapshot(home, "one")
    sent, heard = place.send(f"{home}@one", f"{place.pool}/copy")
    done = [bytes_ for bytes_, _ in heard]
    assert done == sorted(done)
    assert heard[-1][0] == sent.sent_bytes


@pytest.fixture
def cancelling(place, stop):
    """The storage on a host whose job is cancelled, and what cancels it once data flows."""

    def cancel(_done, _total):
        stop.request(Stop.CANCELLED)

    return place.on(place.machine.host(stop=stop, grace_s=0.5)), cancel


def test_a_cut_full_transfer_leaves_no_target(place, home, cancelling):
    fill(place, home, files=20, size_bytes=1_000_000)
    place.snapshot(home, "one")
    copy = f"{place.pool}/copy"
    storage, cancel = cancelling

    with pytest.raises(JobCancelled):
        place.send(f"{home}@one", copy, storage=storage, on_bytes=cancel)

    place.storage.abandon(copy)
    with pytest.raises(DatasetMissing):
        place.storage.dataset(copy)
    assert place.storage.resume_token(copy) is None
    place.send(f"{home}@one", copy)
    assert place.storage.checksum(f"{copy}@one") == place.storage.checksum(f"{home}@one")


@pytest.fixture
def copied(place, home):
    """A copy of the first snapshot; the second holds much more."""
    fill(place, home, files=2)
    place.snapshot(home, "one")
    copy = f"{place.pool}/copy"
    place.send(f"{home}@one", copy)
    fill(place, home, files=20, size_bytes=1_000_000)
    place.snapshot(home, "two")
    return copy


def assert_still_at_one(place, home, copy):
    place.storage.abandon(copy)
    assert [one.name for one in place.storage.snapshots(copy)] == [f"{copy}@one"]
    assert place.storage.checksum(f"{copy}@one") == place.storage.checksum(f"{home}@one")
    assert len(list(place.path(copy).iterdir())) == 2


def test_a_cut_incremental_transfer_leaves_the_target_as_it_was(place, home, copied, cancelling):
    storage, cancel = cancelling
    with pytest.raises(JobCancelled):
        place.send(f"{home}@two", copied, base="one", storage=storage, on_bytes=cancel)

    assert_still_at_one(place, home, copied)
    place.send(f"{home}@two", copied, base="one")
    assert place.storage.checksum(f"{copied}@two") == place.storage.checksum(f"{home}@two")


class MeddlingHost:
    """Puts one more program between sender and receiver."""

    def __init__(self, host, meddler):
        self._host, self._meddler = host, meddler

    def __getattr__(self, verb):
        return getattr(self._host, verb)

    def pipe(self, stages, *, timeout_s, on_line=None, on_beat=None, env=None):
        sender, receiver = stages
        sent, _, received = self._host.pipe(
            [sender, self._meddler, receiver],
            timeout_s=timeout_s,
            on_line=lambda stage, line: on_line(stage // 2, line) if on_line else None,
            on_beat=on_beat,
            env=env,
        )
        return sent, received


FLIP = """
import sys
data = bytearray(sys.stdin.buffer.read())
data[len(data) // 2] ^= 1
sys.stdout.buffer.write(data)
"""


@pytest.mark.parametrize(
    "meddler",
    [["head", "-c", "5000000"], ["head", "-c", "0"], [sys.executable, "-c", FLIP]],
    ids=["truncated", "empty", "one bit changed"],
)
def test_a_stream_that_was_damaged_on_its_way_changes_nothing(place, home, copied, meddler):
    meddling = place.on(MeddlingHost(place.machine.host(), meddler))
    with pytest.raises(StreamBroken):
        place.send(f"{home}@two", copied, base="one", storage=meddling)

    assert_still_at_one(place, home, copied)
    place.send(f"{home}@two", copied, base="one")


ROOT = Path(__file__).parents[3]
KILLED = """
import os, signal
{opening}
def kill(done, total):
    os.kill(os.getpid(), signal.SIGKILL)
storage.send({snapshot!r}, {target!r}, base={base!r}, on_bytes=kill, timeout_s=60)
"""


def test_after_a_kill_in_the_middle_the_next_transfer_works(place, home, copied):
    snapshot = f"{home}@two"
    program = KILLED.format(opening=place.opening, snapshot=snapshot, target=copied, base="one")
    # Its children die with it: the host asks the kernel for that.
    ended = subprocess.run([sys.executable, "-c", program], check=False, timeout=120, cwd=ROOT)
    assert ended.returncode == -signal.SIGKILL
    assert [one.name for one in place.storage.snapshots(copied)] == [f"{copied}@one"]

    place.send(snapshot, copied, base="one")
    assert place.storage.checksum(f"{copied}@two") == place.storage.checksum(snapshot)
