"""Verbs that destroy or make something, killed in the middle and run again, on real pools."""

from datetime import timedelta
from uuid import UUID

import pytest

from calypso.drivers.storage import DatasetMissing, PoolExists
from calypso.models.clock import now
from calypso.models.naming import name_at
from tests.fakes.running import FakeRunning, run, schedule_of

pytestmark = [pytest.mark.real("lab"), pytest.mark.timeout(900)]

SCHEMA = "auto-%Y-%m-%d_%H-%M%z"


class Killed(BaseException):
    """The worker is gone: nothing of it tidies up."""


class Dying:
    """The guest's host, whose worker is killed right after a command, or right before it."""

    def __init__(self, host, *words, before=False):
        self._host, self._words, self._before = host, words, before

    def __getattr__(self, verb):
        return getattr(self._host, verb)

    def run(self, argv, **options):
        is_it = tuple(argv[: len(self._words)]) == self._words
        if is_it and self._before:
            raise Killed
        ran = self._host.run(argv, **options)
        if is_it:
            raise Killed
        return ran

    def pipe(self, stages, **options):
        ran = self._host.pipe(stages, **options)
        if self._words == ("pipe",):
            raise Killed
        return ran


@pytest.fixture
def tank(lab):
    lab.mirror(0, 1, megabytes=1)
    for name in ("tank/home", "tank/home/ada"):
        lab.storage.create_dataset(name)
    for name in ("one", "two", "three"):
        lab.storage.create_snapshot("tank/home", name, recursive=True)
    return lab


def killed(lab, name, /, *words, before=False, running=None, **params):
    """Run a job whose worker is killed at a command."""
    storage = lab.on(Dying(lab.host, *words, before=before))
    with pytest.raises(Killed):
        run(name, storage, running, **params)


def names(lab, dataset):
    return [one.name.partition("@")[2] for one in lab.storage.snapshots(dataset)]


def test_a_tree_that_was_unmounted_only_is_destroyed_by_the_second_run(tank):
    asked = {"dataset": "tank/home", "recursive": True}
    killed(tank, "dataset_destroy", "zfs", "destroy", "-r", before=True, **asked)
    assert [one.mountpoint for one in tank.storage.datasets("tank/home")] == [None, None]
    assert len(names(tank, "tank/home")) == 3

    run("dataset_destroy", tank.storage, **asked)

    with pytest.raises(DatasetMissing):
        run("dataset_destroy", tank.storage, **asked)


def test_snapshots_of_which_some_are_gone_go_all_the_same(tank):
    asked = {"dataset": "tank/home", "names": ["one", "two"]}
    killed(tank, "snapshot_destroy", "zfs", "destroy", **asked)
    tank.storage.create_snapshot("tank/home", "two")  # by somebody else, meanwhile

    assert run("snapshot_destroy", tank.storage, **asked).destroyed == 2
    assert names(tank, "tank/home") == ["three"]


def test_a_pruning_of_a_tree_goes_on_where_it_was_killed(tank):
    hour = now().replace(minute=0, second=0, microsecond=0)
    aged = [name_at(SCHEMA, hour - timedelta(hours=back)) for back in (3, 2, 1)]
    for name in aged:
        tank.sh(f"zfs snapshot -r -o calypso:task={UUID(int=1)} tank/home@{name}")
    params = {"dataset": "tank/home", "recursive": True}
    task = schedule_of(1, params=params, retention={"keep_last": 1})
    killed(tank, "snapshot_prune", "zfs", "destroy", running=FakeRunning(schedules=[task]))
    trees = [names(tank, one) for one in ("tank/home", "tank/home/ada")]
    assert sorted(len(one) for one in trees) == [4, 6]  # three are nobody's

    again = run("snapshot_prune", tank.storage, FakeRunning(schedules=[task], epoch=2))

    assert again.destroyed == 2
    for dataset in ("tank/home", "tank/home/ada"):
        assert names(tank, dataset) == ["one", "two", "three", aged[-1]]


def test_a_disk_that_was_half_wiped_is_wiped_by_the_second_run(tank):
    disk = tank.guest.disk(2)
    tank.mirror(2, 3, name="other", megabytes=1)
    run("pool_export", tank.storage, pool="other")
    killed(tank, "disk_wipe", "zpool", "labelclear", disk=disk)

    run("disk_wipe", tank.storage, disk=disk)

    (wiped,) = [one for one in tank.storage.disks() if one.path == disk]
    assert (wiped.holds, wiped.pool) == ((), None)


def test_a_rollback_that_had_destroyed_its_clones_is_completed(tank):
    tank.storage.clone("tank/home@three", "tank/clone")
    asked = {
        "snapshot": "tank/home@one", "destroy_newer": True, "destroy_clones": ["tank/clone"],
    }  # fmt: skip
    killed(tank, "snapshot_rollback", "zfs", "rollback", before=True, **asked)
    assert names(tank, "tank/home") == ["one", "two", "three"]

    run("snapshot_rollback", tank.storage, **asked)
    run("snapshot_rollback", tank.storage, **asked)

    assert names(tank, "tank/home") == ["one"]
    with pytest.raises(DatasetMissing):
        tank.storage.dataset("tank/clone")


def test_a_replication_whose_last_act_was_not_seen_finds_it_done_and_takes_its_hold_away(tank):
    asked = {"source": "tank/home", "target": "tank/copy"}
    killed(tank, "replication_run", "pipe", **asked)
    tank.storage.hold("tank/home@three", "calypso-17-1")  # of the run that was killed

    again = run("replication_run", tank.storage, FakeRunning(epoch=2), **asked)

    assert again.nothing_to_do
    assert names(tank, "tank/copy") == ["three"]
    assert tank.storage.holds("tank/home@three") == []


def test_a_pool_that_was_made_all_the_same_is_not_made_over(tank):
    vdevs = [{"kind": "mirror", "devices": [tank.guest.disk(2), tank.guest.disk(3)]}]
    killed(tank, "pool_create", "zpool", "create", name="second", vdevs=vdevs)
    tank.storage.create_dataset("second/kept")

    with pytest.raises(PoolExists, match="second"):
        run("pool_create", tank.storage, name="second", vdevs=vdevs)

    assert tank.storage.dataset("second/kept").name == "second/kept"
