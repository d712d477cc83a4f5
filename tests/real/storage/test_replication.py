"""Replication between two pools of real OpenZFS, the second one reached over a real sshd."""

import uuid

import pytest

from calypso import jobs
from calypso.drivers.storage import Key, NewerSnapshots, Vdev
from calypso.drivers.storage.zfs import ZfsStorage
from calypso.errors import JobCancelled
from calypso.host.stopping import Stop, StopSignal
from tests import sshd as server
from tests.contract.storage.edits import fill
from tests.fakes.running import FakeRunning

pytestmark = [pytest.mark.real("lab"), pytest.mark.timeout(900)]
TYPES = jobs.load()
PORT = 2222


class Storage(ZfsStorage):
    """The keys that the job writes here are wanted in the guest, where ssh is started."""

    guest = None

    def at(self, peer):
        folder = self.guest.path(str(peer.folder))
        folder.mkdir(parents=True)
        for path in peer.folder.iterdir():
            self._host.write_text(path, path.read_text(), mode=0o600)
        return super().at(peer)


class Both:
    """Two pools in the guest: `tank` is here, `vault` there."""

    def __init__(self, guest, tmp_path):
        self.guest, self._tmp_path = guest, tmp_path
        self.storage = self.on(guest.host())
        for at, pool in enumerate(("tank", "vault")):
            self.storage.create_pool(pool, [Vdev(devices=(guest.disk(at),))])
        self.folder = f"/tmp/sshd-{uuid.uuid4().hex}"
        self.host_key = guest.call(server.make_keys, self.folder)["ed25519"]
        self.login = guest.path(f"{self.folder}/login").read_text()

    def on(self, host):
        storage = Storage(host)
        storage.guest = self.guest
        return storage

    def run(self, name="replication_run", running=None, storage=None, **params):
        job_type = TYPES[f"storage.{name}"]
        running = running or FakeRunning()
        running._secrets = {"login": self.login}
        private = self._tmp_path / uuid.uuid4().hex
        private.mkdir(mode=0o700)
        running.secrets_path = str(private)
        remote = {
            "host": "127.0.0.1",
            "port": PORT,
            "login_key": {"secret": "login"},
            "host_key": self.host_key,
        }
        checked = job_type.params(remote=remote, **params)
        return job_type.run(checked, storage or self.storage, running)

    def push(self, **params):
        told = {"source": "tank/home", "target": "vault/home", "direction": "push"}
        return self.run(**(told | params))

    def guids(self, dataset):
        return [one.guid for one in self.storage.snapshots(dataset)]

    def fill(self, dataset, files=2, size_bytes=1_000_000):
        folder = self.guest.path(self.storage.dataset(dataset).mountpoint)
        self.guest.call(fill, folder, files, size_bytes)


@pytest.fixture
def both(guest, tmp_path):
    made = Both(guest, tmp_path)
    with guest.entered(server.serving, made.folder, PORT):
        yield made


@pytest.mark.proves("storage.replication_run", "storage.replication_restore")
def test_an_encrypted_tree_is_pushed_raw_by_difference_and_restored(both):
    storage = both.storage
    storage.create_dataset("tank/home", key=Key(text="correct horse"))
    storage.create_dataset("tank/home/inner", properties={"compression": "zle"})
    both.fill("tank/home")
    storage.create_snapshot("tank/home", "one", recursive=True)
    both.push(recursive=True, raw=True, properties=True)
    for name in ("two", "three"):
        both.fill("tank/home/inner")
        storage.create_snapshot("tank/home", name, recursive=True)

    done = both.push(recursive=True, raw=True, properties=True, all_snapshots=True)

    assert (done.sent_snapshots, done.resumed) == (4, False)
    assert both.guids("vault/home") == both.guids("tank/home")
    assert both.guids("vault/home/inner") == both.guids("tank/home/inner")
    assert [one.is_unlocked for one in storage.encryption("vault/home")] == [False, False]
    assert storage.properties("vault/home/inner", ["compression"])["compression"].value == "zle"
    assert storage.holds("tank/home@one") == storage.holds("tank/home@three") == []
    assert both.push(recursive=True, raw=True).nothing_to_do

    back = both.run(
        "replication_restore", replica="vault/home", target="tank/back", recursive=True, raw=True
    )
    assert back.snapshot == "tank/back/inner@three"
    storage.unlock("tank/back", Key(text="correct horse"))
    storage.mount("tank/back")
    assert storage.checksum("tank/back@three") == storage.checksum("tank/home@three")


class CancelledOnceItFlows(FakeRunning):
    def __init__(self, stop):
        super().__init__()
        self.stop = stop

    def report(self, **told):
        super().report(**told)
        if (told.get("done") or 0) > 6_000_000:  # some of it lies in ssh's own buffers
            self.stop.request(Stop.CANCELLED)

    def tidying(self):
        return self.stop.hold()


def test_a_push_that_was_cut_goes_on_where_it_was(both):
    both.storage.create_dataset("tank/home", properties={"compression": "off"})
    both.fill("tank/home", files=6, size_bytes=4_000_000)
    both.storage.create_snapshot("tank/home", "one")
    stop = StopSignal()
    cut = both.on(both.guest.host(stop=stop, grace_s=1))

    with pytest.raises(JobCancelled, match="goes on from there"):
        both.push(running=CancelledOnceItFlows(stop), storage=cut, rate_bytes_per_s=2_000_000)

    stop.close()
    assert both.storage.resume_token("vault/home")
    assert both.storage.holds("tank/home@one") == []
    assert both.push().resumed
    assert both.guids("vault/home") == both.guids("tank/home")
    assert both.storage.checksum("vault/home@one") == both.storage.checksum("tank/home@one")


def test_what_the_target_has_of_its_own_is_undone_refused_or_kept_aside(both):
    storage = both.storage
    storage.create_dataset("tank/home")
    both.fill("tank/home")
    storage.create_snapshot("tank/home", "one")
    both.push()
    both.fill("vault/home", files=9)
    storage.create_snapshot("tank/home", "two")
    assert both.push().base == "tank/home@one"
    assert storage.checksum("vault/home@two") == storage.checksum("tank/home@two")

    storage.create_snapshot("vault/home", "own")
    storage.create_snapshot("tank/home", "three")
    with pytest.raises(NewerSnapshots, match="own"):
        both.push()

    storage.destroy_snapshots("tank/home", ["one", "two"])
    running = FakeRunning()
    both.push(running=running, allow_from_scratch=True)
    assert [code for code, _ in running.warnings] == ["kept_aside"]
    assert len(both.guids("vault/home-before-17-1")) == 3
    assert both.guids("vault/home") == both.guids("tank/home")
    assert both.push(target_retention={"keep_last": 1}).thinned == 0

    pulled = both.run(source="vault/home", target="tank/pulled", direction="pull")
    assert pulled.snapshot == "tank/pulled@three"
    assert storage.holds("vault/home@three") == []
