"""What fails when a part of it is done: the error says what is gone. On real pools."""

from contextlib import ExitStack

import pytest

from calypso.drivers.storage import (
    Busy,
    HasClones,
    HasDependents,
    Held,
    NewerSnapshots,
    OutOfSpace,
    SnapshotMissing,
)
from calypso.drivers.storage.zfs import ZfsStorage
from tests.fakes.running import FakeRunning, run
from tests.lab import inside

pytestmark = [pytest.mark.real("lab"), pytest.mark.timeout(600)]
VOLUME = "tank/volume"


class Meanwhile:
    """The guest's host, on which somebody does something just before a command."""

    def __init__(self, host, before, act):
        self._host, self._before, self._act = host, before, act

    def __getattr__(self, verb):
        return getattr(self._host, verb)

    def run(self, argv, **options):
        if tuple(argv[: len(self._before)]) == self._before:
            self._act()
        return self._host.run(argv, **options)


def names(lab, dataset):
    return [one.name.partition("@")[2] for one in lab.storage.snapshots(dataset)]


def test_a_volume_opened_at_the_last_moment_loses_its_snapshots_and_the_error_says_so(lab):
    """ZFS destroys them before it finds the volume busy, and its dry run sees nothing coming."""
    lab.mirror(0, 1, megabytes=1)
    lab.storage.create_dataset(VOLUME, size_bytes=64 << 20)
    for name in ("one", "two"):
        lab.storage.create_snapshot(VOLUME, name)
    lab.sh("udevadm settle")
    device = lab.guest.path(f"/dev/zvol/{VOLUME}")
    with ExitStack() as held:
        meanwhile = Meanwhile(
            lab.host,
            ("zfs", "destroy", "-r"),
            lambda: held.enter_context(lab.guest.entered(inside.opened, device)),
        )
        with pytest.raises(Busy) as refused:
            run("dataset_destroy", ZfsStorage(meanwhile), dataset=VOLUME, recursive=True)
        assert names(lab, VOLUME) == []
        told = f"Destroyed already: {VOLUME}@one, {VOLUME}@two. The rest is still there."
        assert told in refused.value.detail
    run("dataset_destroy", lab.storage, dataset=VOLUME, recursive=True)


def test_what_children_snapshots_or_clones_depend_on_stays_whole(lab):
    lab.mirror(0, 1, megabytes=1)
    for name in ("tank/home", "tank/home/ada"):
        lab.storage.create_dataset(name)
    for name in ("one", "two", "three"):
        lab.storage.create_snapshot("tank/home", name)
    lab.storage.clone("tank/home@three", "tank/clone")

    with pytest.raises(HasDependents, match="tank/home/ada"):
        run("dataset_destroy", lab.storage, dataset="tank/home")
    with pytest.raises(HasClones):
        run("dataset_destroy", lab.storage, dataset="tank/home", recursive=True)
    with pytest.raises(NewerSnapshots, match="two, three"):
        run("snapshot_rollback", lab.storage, snapshot="tank/home@one")
    with pytest.raises(HasClones, match="tank/clone"):
        run("snapshot_rollback", lab.storage, snapshot="tank/home@one", destroy_newer=True)
    with pytest.raises(HasClones, match="tank/clone"):
        run("snapshot_destroy", lab.storage, dataset="tank/home", names=["one", "three"])
    assert names(lab, "tank/home") == ["one", "two", "three"]

    run("snapshot_rollback", lab.storage, snapshot="tank/home@one", destroy_newer=True,
        destroy_clones=["tank/clone"])  # fmt: skip
    assert names(lab, "tank/home") == ["one"]


class Sending(FakeRunning):
    """Has something done once bytes flow."""

    def __init__(self, act):
        super().__init__()
        self._act = act

    def report(self, **told):
        super().report(**told)
        if told.get("done") and (act := self._act):
            self._act = None
            act()


# Slow enough that an emulated machine runs some commands meanwhile.
SENT = {"source": "tank/home", "target": "tank/copy", "rate_bytes_per_s": 1 << 18}


@pytest.fixture
def source(lab):
    lab.mirror(0, 1, megabytes=1)
    lab.storage.create_dataset("tank/home")
    lab.sh("dd if=/dev/urandom of=/tank/home/data bs=1M count=4 2>/dev/null")
    lab.storage.create_snapshot("tank/home", "one")
    return lab


def test_a_snapshot_that_is_being_sent_is_kept_by_its_hold_and_by_the_sending(source):
    said = []

    def destroy():
        with pytest.raises(Held, match="Release it first"):
            source.storage.destroy_snapshots("tank/home", ["one"])
        said.append(source.storage.holds("tank/home@one"))
        source.sh(f"zfs release {running.token} tank/home@one")
        ran = source.host.run(["zfs", "destroy", "-d", "tank/home@one"], timeout_s=60)
        said.append(ran.complaint)  # not even to go later

    running = Sending(destroy)
    sent = run("replication_run", source.storage, running, **SENT)

    assert said[0] == [running.token]
    assert "dataset is busy" in said[1]
    assert (sent.snapshot, names(source, "tank/home")) == ("tank/copy@one", ["one"])


def test_one_that_is_gone_when_its_turn_comes_ends_the_job_after_what_was_sent(source):
    source.storage.create_snapshot("tank/home", "two")
    running = Sending(
        lambda: source.sh(f"zfs release {running.token} tank/home@two; zfs destroy tank/home@two")
    )
    with pytest.raises(SnapshotMissing, match="tank/home@two"):
        run("replication_run", source.storage, running, all_snapshots=True, **SENT)

    assert names(source, "tank/copy") == ["one"]
    assert source.storage.holds("tank/home@one") == []
    source.storage.create_snapshot("tank/home", "three")
    assert run("replication_run", source.storage, **SENT).base == "tank/home@one"


def test_without_room_each_verb_says_so_and_leaves_what_there_was(lab):
    lab.mirror(0, 1, megabytes=1)
    lab.storage.create_dataset("tank/home")
    lab.sh("dd if=/dev/urandom of=/tank/home/data bs=1M count=8 2>/dev/null; zpool sync tank")
    lab.storage.create_snapshot("tank/home", "one")
    lab.storage.create_dataset("tank/ballast")
    # Reserved, so that nothing has to be written for a gigabyte.
    rest = lab.storage.dataset("tank/ballast").available_bytes
    run("dataset_set_props", lab.storage, dataset="tank/ballast",
        properties={"reservation": str(rest - (1 << 20))})  # fmt: skip
    room = lab.storage.dataset("tank/home").available_bytes
    assert room < 4 << 20

    for name, params in (
        ("dataset_create", {"dataset": "tank/volume", "size_bytes": 256 << 20}),
        ("dataset_set_props", {"dataset": "tank/home", "properties": {"reservation": "512M"}}),
        ("dataset_set_props", {"dataset": "tank/home", "properties": {"quota": "1M"}}),
        ("replication_run", {"source": "tank/home", "target": "tank/copy"}),
    ):
        with pytest.raises(OutOfSpace):
            run(name, lab.storage, **params)
    found = [one.name for one in lab.storage.datasets()]
    assert found == ["tank", "tank/ballast", "tank/home"]
    assert lab.storage.holds("tank/home@one") == []

    run("dataset_destroy", lab.storage, dataset="tank/ballast", recursive=True)
    assert run("replication_run", lab.storage, source="tank/home", target="tank/copy").sent_bytes
