"""Replication as the job does it, on one machine and over a real sshd.

The directory product stands on both sides. It does not reach other machines, so here the other one
is this machine: its files are in reach, its programs run over SSH.
"""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from calypso import jobs
from calypso.drivers.storage import (
    BaseMissing,
    DatasetExists,
    DatasetMissing,
    SendOptions,
    StreamStalled,
    Unsupported,
    Vdev,
)
from calypso.drivers.storage.directory import DirectoryStorage
from calypso.errors import Invalid, JobCancelled
from calypso.host.local import LocalHost
from calypso.host.scope import descendants
from calypso.host.ssh import SshHost
from calypso.host.ssh_errors import HostKeyChanged, LoginRefused
from calypso.host.stopping import Stop
from tests.fakes.running import FakeRunning
from tests.freezing import freeze

TYPES = jobs.load()


class Storage(DirectoryStorage):
    """A storage whose neighbour is at hand."""

    def __init__(self, host, state, other):
        super().__init__(host, state)
        self.other = other

    def at(self, peer):
        return DirectoryStorage(SshHost(self._shop.host, peer), self.other)


@pytest.fixture
def here(tmp_path):
    storage = Storage(LocalHost(), tmp_path / "here", tmp_path / "there")
    storage.create_pool("tank", [Vdev(devices=(str(tmp_path / "pool-here"),))])
    storage.create_dataset("tank/home")
    return storage


@pytest.fixture
def there(tmp_path, here):
    """The neighbour, without SSH, to look at what has come about."""
    storage = DirectoryStorage(LocalHost(), here.other)
    storage.create_pool("vault", [Vdev(devices=(str(tmp_path / "pool-there"),))])
    return storage


@pytest.fixture
def run(tmp_path, sshd, here):
    def act(name="replication_run", running=None, storage=None, **params):
        job_type = TYPES[f"storage.{name}"]
        running = running or FakeRunning(tmp_path)
        running._secrets = {"login": sshd.key}
        folder = tmp_path / f"private-{len(list(tmp_path.iterdir()))}"
        folder.mkdir(mode=0o700)
        running.secrets_path = str(folder)
        return job_type.run(job_type.params(**params), storage or here, running)

    return act


@pytest.fixture
def push(run, sshd, there):
    def act(**changed):
        told = {"source": "tank/home", "target": "vault/home", "direction": "push"}
        return run(**({"remote": sshd.remote()} | told | changed))

    return act


def path(storage, dataset):
    return Path(storage.dataset(dataset).mountpoint)


def write(storage, dataset, name, text="content"):
    (path(storage, dataset) / name).write_text(text)


def snapshots(storage, dataset):
    return [one.name.partition("@")[2] for one in storage.snapshots(dataset)]


def test_a_push_arrives_and_the_second_brings_the_difference(push, here, there):
    write(here, "tank/home", "a")
    here.create_snapshot("tank/home", "one")
    first = push()
    assert (first.snapshot, first.base, first.sent_snapshots) == ("vault/home@one", None, 1)
    assert there.checksum("vault/home@one") == here.checksum("tank/home@one")

    write(here, "tank/home", "b")
    here.create_snapshot("tank/home", "two")
    assert push().base == "tank/home@one"
    assert there.checksum("vault/home@two") == here.checksum("tank/home@two")

    again = push()
    assert again.nothing_to_do
    assert again.sent_bytes == 0
    assert here.holds("tank/home@two") == []


def test_a_pull_brings_what_is_there(run, sshd, here, there):
    there.create_dataset("vault/mail")
    write(there, "vault/mail", "letter")
    there.create_snapshot("vault/mail", "one")
    done = run(source="vault/mail", target="tank/mail", direction="pull", remote=sshd.remote())
    assert done.snapshot == "tank/mail@one"
    assert (path(here, "tank/mail") / "letter").read_text() == "content"
    assert there.holds("vault/mail@one") == []


def test_a_replica_is_restored_and_never_over_what_is_there(run, push, sshd, here, there):
    write(here, "tank/home", "a")
    here.create_snapshot("tank/home", "one")
    here.create_snapshot("tank/home", "two")
    push(all_snapshots=True)
    asked = {"replica": "vault/home", "remote": sshd.remote(), "name": "replication_restore"}
    with pytest.raises(DatasetExists, match="does not yet"):
        run(target="tank/home", **asked)
    done = run(target="tank/back", all_snapshots=True, **asked)
    assert done.sent_snapshots == 2
    assert here.checksum("tank/back@one") == here.checksum("tank/home@one")


def test_a_restore_that_was_lost_goes_on_with_what_it_began(run, push, sshd, here, there):
    here.create_snapshot("tank/home", "one")
    push()
    running = FakeRunning(epoch=2)
    running.external = "tank/back"
    here.create_dataset("tank/back")
    asked = {"replica": "vault/home", "remote": sshd.remote(), "target": "tank/back"}
    with pytest.raises(BaseMissing):
        run("replication_restore", running, **asked)


def test_a_host_key_that_changed_moves_nothing(push, sshd, here, there):
    here.create_snapshot("tank/home", "one")
    other = sshd.host_keys["ecdsa"]
    with pytest.raises(HostKeyChanged):
        push(remote=sshd.remote(host_key=other))
    with pytest.raises(DatasetMissing):
        there.dataset("vault/home")
    assert here.holds("tank/home@one") == []


def test_a_login_that_is_refused_says_so(push, sshd, here):
    (sshd.folder / "authorized_keys").write_text("")
    here.create_snapshot("tank/home", "one")
    with pytest.raises(LoginRefused):
        push()


def test_a_tree_arrives_without_what_was_excluded_or_has_no_such_snapshot(push, here, there):
    for name in ("a", "a/b", "scratch", "scratch/x", "late"):
        here.create_dataset(f"tank/home/{name}")
    here.create_snapshot("tank/home", "one", recursive=True)
    here.destroy_snapshots("tank/home/late", ["one"])
    running = FakeRunning()
    push(running=running, recursive=True, exclude=["*/scratch"])
    names = [one.name for one in there.datasets("vault/home")]
    assert names == ["vault/home", "vault/home/a", "vault/home/a/b"]
    assert [code for code, _ in running.warnings] == ["left_out"]


def test_all_snapshots_between_come_along_when_asked(push, here, there):
    for name in ("one", "two", "three"):
        write(here, "tank/home", name)
        here.create_snapshot("tank/home", name)
    push(snapshot="one")
    assert push(all_snapshots=True).sent_snapshots == 2
    assert snapshots(there, "vault/home") == ["one", "two", "three"]
    assert there.checksum("vault/home@two") == here.checksum("tank/home@two")


def test_without_a_common_snapshot_it_begins_from_scratch_only_when_told(push, here, there):
    here.create_snapshot("tank/home", "one")
    there.create_dataset("vault/home")
    write(there, "vault/home", "precious")
    with pytest.raises(BaseMissing, match="from scratch"):
        push()

    running = FakeRunning()
    push(running=running, allow_from_scratch=True)
    assert snapshots(there, "vault/home") == ["one"]
    assert (path(there, "vault/home-before-17-1") / "precious").exists()
    assert running.warnings[0][0] == "kept_aside"


def test_a_target_is_thinned_but_not_of_what_is_held(push, here, there):
    for name in ("one", "two", "three", "four"):
        here.create_snapshot("tank/home", name)
    push(all_snapshots=True)
    there.hold("vault/home@one", "audit")
    assert push(target_retention={"keep_last": 1}).thinned == 2
    assert snapshots(there, "vault/home") == ["one", "four"]


def test_the_newest_stays_whatever_is_said(push, here, there):
    for name in ("one", "two"):
        here.create_snapshot("tank/home", name)
    push(all_snapshots=True)
    there.hold("vault/home@two", "audit")
    assert push(target_retention={"keep_last": 1}).thinned == 0
    assert push(target_retention={"keep_last": 0}).thinned == 0
    assert snapshots(there, "vault/home") == ["one", "two"]


def test_what_is_sent_is_held_in_the_name_of_the_job(push, here):
    for name in ("one", "two"):
        here.create_snapshot("tank/home", name)
    push(snapshot="one")
    seen = []

    class Watching(FakeRunning):
        def report(self, **told):
            super().report(**told)
            seen.append((here.holds("tank/home@one"), here.holds("tank/home@two")))

    here.hold("tank/home@two", "calypso-17-1")  # of an earlier run that was killed
    push(running=Watching(epoch=2))
    assert (["calypso-17-2"], ["calypso-17-2"]) in seen
    assert here.holds("tank/home@one") == here.holds("tank/home@two") == []


def test_what_an_earlier_run_held_is_let_go_of_although_it_had_brought_all(push, here):
    for name in ("one", "two"):
        here.create_snapshot("tank/home", name)
    push(all_snapshots=True)
    for name in ("one", "two"):  # killed before it could take them away
        here.hold(f"tank/home@{name}", "calypso-17-1")
    here.hold("tank/home@one", "audit")

    assert push(running=FakeRunning(epoch=2), all_snapshots=True).nothing_to_do

    assert here.holds("tank/home@one") == ["audit"]
    assert here.holds("tank/home@two") == []


def test_a_rate_is_kept_to(push, here):
    (path(here, "tank/home") / "big").write_bytes(os.urandom(600_000))
    here.create_snapshot("tank/home", "one")
    began = time.monotonic()
    push(rate_bytes_per_s=200_000)
    assert time.monotonic() - began > 2.0


class CancelledBySelf(FakeRunning):
    """Cancels itself once bytes flow; its host hears the same signal."""

    def __init__(self, stop):
        super().__init__()
        self.stop = stop

    def report(self, **told):
        super().report(**told)
        if told.get("done"):
            self.stop.request(Stop.CANCELLED)

    def tidying(self):
        return self.stop.hold()


def test_a_cancel_ends_both_sides_and_leaves_the_target_as_it_was(push, here, there, stop):
    (path(here, "tank/home") / "big").write_bytes(os.urandom(4_000_000))
    here.create_snapshot("tank/home", "one")
    cancelled = Storage(LocalHost(stop=stop, grace_s=1), here._shop.registry._state, here.other)
    before = set(receivers())

    with pytest.raises(JobCancelled, match="as it was before"):
        push(running=CancelledBySelf(stop), storage=cancelled, rate_bytes_per_s=1_000_000)

    deadline = time.monotonic() + 10
    while set(receivers()) - before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert set(receivers()) <= before
    with pytest.raises(DatasetMissing):
        there.dataset("vault/home")
    assert here.holds("tank/home@one") == []


def receivers():
    told = subprocess.run(
        ["pgrep", "-f", "stream.py receive"], check=False, capture_output=True, text=True
    )
    return [int(pid) for pid in told.stdout.split()]


def test_a_receiver_that_stalls_is_noticed_by_its_bytes(here, there, peer):
    (path(here, "tank/home") / "big").write_bytes(os.urandom(64_000_000))
    here.create_snapshot("tank/home", "one")
    before, stopped = set(receivers()), []

    def stall(_done, _total):
        for pid in set(receivers()) - before - set(stopped):
            freeze(pid)
            stopped.append(pid)

    try:
        with pytest.raises(StreamStalled, match="Nothing was sent"):
            here.send(
                "tank/home@one",
                "vault/home",
                to=here.at(peer()),
                options=SendOptions(stall_s=2, rate_bytes_per_s=20_000_000),
                on_bytes=stall,
                timeout_s=60,
            )
    finally:
        for pid in stopped:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    assert stopped
    with pytest.raises(DatasetMissing):
        there.dataset("vault/home")


class StallsOnce(FakeRunning):
    """Stops the server's end of each connection once bytes flow, as a dead network does."""

    def __init__(self, sshd):
        super().__init__()
        self.sshd, self.stopped = sshd, []

    def report(self, **told):
        super().report(**told)
        if told.get("done") and not self.stopped:
            self.stopped = self.sshd.sessions()
            for pid in self.stopped:
                freeze(pid)


def test_ssh_that_stalls_without_closing_is_ended_by_its_limit(push, sshd, here, there):
    (path(here, "tank/home") / "big").write_bytes(os.urandom(24_000_000))
    here.create_snapshot("tank/home", "one")
    before, running = set(receivers()), StallsOnce(sshd)
    began = time.monotonic()
    try:
        with pytest.raises(StreamStalled, match="See what the other end"):
            push(running=running, stall_s=10, rate_bytes_per_s=4_000_000)
        took_s = time.monotonic() - began
    finally:
        for pid in running.stopped:
            os.kill(pid, signal.SIGCONT)

    assert running.stopped
    assert took_s < 10 + 20
    assert descendants([os.getpid()]).isdisjoint(clients(sshd))
    deadline = time.monotonic() + 10
    while set(receivers()) - before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert set(receivers()) <= before
    assert here.holds("tank/home@one") == []
    assert push().snapshot == "vault/home@one"


def clients(sshd):
    """The near ends of connections to that server."""
    told = subprocess.run(
        ["pgrep", "-x", "ssh"], check=False, capture_output=True, text=True
    ).stdout.split()
    lines = {int(pid): Path(f"/proc/{pid}/cmdline").read_bytes() for pid in told}
    return {pid for pid, line in lines.items() if str(sshd.port).encode() in line}


def test_two_machines_are_not_one(run, push, here, there):
    here.create_snapshot("tank/home", "one")
    with pytest.raises(Invalid, match="lie in each other"):
        run(source="tank/home", target="tank/home/copy")
    there.create_dataset("vault/tank")
    push(source="tank/home", target="vault/tank/home")


def test_the_directory_product_itself_reaches_nobody(tmp_path, peer):
    with pytest.raises(Unsupported, match="use ZFS"):
        DirectoryStorage(LocalHost(), tmp_path / "x").at(peer())
