"""Snapshots that schedules take, and how they go again, over every product."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import ValidationError

from calypso.drivers.storage import SnapshotExists
from calypso.errors import Forbidden, JobCancelled
from calypso.jobs.storage import (
    dataset_destroy,
    replication_run,
    snapshot_create,
    snapshot_prune,
    snapshot_rollback,
)
from calypso.models.job import State
from calypso.models.lock import CLASHES, expand
from calypso.models.names import split_snapshot
from calypso.models.naming import name_at
from calypso.models.slots import zone
from tests.fakes.running import FakeRunning, job_of, schedule_of

TASK, OTHER = UUID(int=1), UUID(int=2)
VIENNA = zone("Europe/Vienna")
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
FIRST = datetime(2026, 10, 25, 0, 30, tzinfo=UTC).astimezone(VIENNA)  # 02:30
SECOND = datetime(2026, 10, 25, 1, 30, tzinfo=UTC).astimezone(VIENNA)  # 02:30 again
HOUR = timedelta(hours=1)


def params_of(dataset, slot=None, task=TASK, **said):
    params = snapshot_create.Params(dataset=dataset, **said)
    return params if slot is None else params.for_slot(task, slot)


def take(place, params, running=None):
    running = running or FakeRunning()
    return snapshot_create.create_snapshot.run(params, place.storage, running)


def named(place, dataset):
    return [split_snapshot(one.name)[1] for one in place.storage.snapshots(dataset)]


@pytest.fixture
def home(place):
    return place.dataset("home")


@pytest.fixture
def tree(place, home):
    """home, home/ada, home/ada/cache and home/ben."""
    for name in ("home/ada", "home/ada/cache", "home/ben"):
        place.dataset(name)
    return [f"{place.pool}/{name}" for name in ("home", "home/ada", "home/ada/cache", "home/ben")]


# ---- taking


@pytest.mark.proves("storage.snapshot_create")
def test_a_slot_names_its_snapshot_and_marks_it_as_its_tasks(place, home):
    done = take(place, params_of(home, NOON.astimezone(VIENNA)))
    assert done.snapshot == f"{home}@auto-2026-06-01_14-00--0200"
    (taken,) = place.storage.snapshots(home)
    assert (taken.task, taken.is_protected) == (str(TASK), False)


def test_one_taken_by_hand_has_no_task_and_no_name_of_a_tasks(place, home):
    done = take(place, params_of(home))
    assert "@manual-" in done.snapshot
    assert place.storage.snapshots(home)[0].task is None


def test_the_same_task_and_minute_again_is_a_success_that_takes_none(place, home):
    params = params_of(home, NOON)
    take(place, params)
    again = FakeRunning()
    assert take(place, params, again).snapshot.endswith("@auto-2026-06-01_12-00--0000")
    assert len(named(place, home)) == 1
    assert [code for code, _ in again.warnings] == ["snapshot_exists"]


def test_a_name_that_somebody_else_took_is_refused(place, home):
    """A mark of no task here is somebody else's: it may have been replicated along."""
    take(place, params_of(home, NOON))
    place.snapshot(home, "auto-2026-06-01_13-00--0000")
    for params in (
        params_of(home, NOON, OTHER),
        params_of(home, NOON + HOUR, OTHER),
        params_of(home, name=named(place, home)[0]),
    ):
        with pytest.raises(SnapshotExists):
            take(place, params)


def test_two_tasks_share_what_both_would_call_the_same(place, tree):
    """In any order, in part: the daily one takes the children that the hourly one has not."""
    tasks = [schedule_of(number, params={"dataset": tree[0]}) for number in (1, 2)]
    for slot, order in ((NOON, (TASK, OTHER)), (NOON + HOUR, (OTHER, TASK))):
        for task in order:
            params = params_of(tree[0], slot, task, recursive=task is OTHER, exclude=(
                [tree[3]] if task is OTHER else []
            ))  # fmt: skip
            running = FakeRunning(schedules=tasks)
            take(place, params, running)
        assert any("is shared with" in line for line in running.lines)
    marks = [[one.task for one in place.storage.snapshots(dataset)] for dataset in tree]
    mine, others = str(TASK), str(OTHER)
    assert marks == [[mine, others], [others] * 2, [others] * 2, []]


def test_a_recursive_one_takes_around_a_childs_own_of_the_same_name(place, tree):
    tasks = [schedule_of(1, params={"dataset": tree[0]}), schedule_of(2)]
    take(place, params_of(tree[1], NOON, OTHER))
    take(place, params_of(tree[0], NOON, recursive=True), FakeRunning(schedules=tasks))
    assert [len(named(place, one)) for one in tree] == [1, 1, 1, 1]
    again = FakeRunning(schedules=tasks)
    take(place, params_of(tree[1], NOON, TASK), again)
    assert [len(named(place, one)) for one in tree] == [1, 1, 1, 1]


def test_an_empty_one_that_another_task_had_taken_is_not_dropped(place, home):
    tasks = [schedule_of(number, params={"dataset": home}) for number in (1, 2)]
    for slot in (NOON, NOON + HOUR):
        take(place, params_of(home, slot, OTHER))
        params = params_of(home, slot, allow_empty=False)
        take(place, params, FakeRunning(schedules=tasks))
    assert len(named(place, home)) == 2


def test_an_hour_that_comes_twice_has_two_snapshots(place, home):
    for slot in (FIRST, SECOND):
        take(place, params_of(home, slot))
    assert named(place, home) == ["auto-2026-10-25_02-30--0200", "auto-2026-10-25_02-30--0100"]


def test_without_an_offset_in_the_schema_the_second_pass_is_a_success_and_says_so(place, home):
    for slot in (FIRST, SECOND):
        running = FakeRunning()
        take(place, params_of(home, slot, naming_schema="auto-%Y-%m-%d_%H-%M"), running)
    assert named(place, home) == ["auto-2026-10-25_02-30"]
    assert "clocks are put back" in running.warnings[0][1]


def test_a_rerun_takes_none_anew_and_does_what_was_left_to_do(place, home):
    lost = FakeRunning()
    take(place, params_of(home), lost)
    again = FakeRunning(external=lost.external)
    done = take(place, params_of(home, hold="legal"), again)
    (taken,) = place.storage.snapshots(home)
    assert (done.snapshot, taken.holds, again.warnings) == (taken.name, 1, [])


def test_children_are_left_out_by_name_with_all_below_and_by_a_pattern(place, tree):
    take(place, params_of(tree[0], name="one", recursive=True, exclude=[tree[1]]))
    take(place, params_of(tree[0], name="two", recursive=True, exclude=["*/cache"]))
    assert [named(place, one) for one in tree] == [["one", "two"], ["two"], [], ["one", "two"]]


def test_a_hold_is_on_every_snapshot_that_was_taken(place, tree):
    given = {"recursive": True, "exclude": [tree[3]], "hold": "legal"}
    take(place, params_of(tree[0], NOON, **given))
    held = [[one.holds for one in place.storage.snapshots(dataset)] for dataset in tree]
    assert held == [[1], [1], [1], []]


def test_one_that_is_empty_everywhere_is_gone_again(place, tree):
    given = {"recursive": True, "allow_empty": False, "exclude": [tree[3]]}
    assert take(place, params_of(tree[0], NOON, **given)).is_kept  # there is none before it
    assert not take(place, params_of(tree[0], NOON + HOUR, **given)).is_kept
    assert [len(named(place, one)) for one in tree] == [1, 1, 1, 0]
    (place.path(tree[2]) / "new").write_text("something")
    assert take(place, params_of(tree[0], NOON + 2 * HOUR, **given)).is_kept
    assert [len(named(place, one)) for one in tree] == [2, 2, 2, 0]


def test_one_of_the_same_name_in_a_child_that_is_left_out_is_not_dropped_along(place, tree):
    given = {"recursive": True, "allow_empty": False, "exclude": [tree[3]]}
    for slot in (NOON, NOON + HOUR):
        take(place, params_of(tree[3], slot, OTHER))
        take(place, params_of(tree[0], slot, **given))
    assert [len(named(place, one)) for one in tree] == [1, 1, 1, 2]


def test_an_empty_one_that_somebody_holds_stays(place, home):
    take(place, params_of(home, NOON))
    place.storage.create_snapshot(home, "auto-x", properties={"calypso:task": str(TASK)})
    place.storage.hold(f"{home}@auto-x", "legal")
    params = params_of(home, NOON, name="auto-x", allow_empty=False)
    assert take(place, params).is_kept
    assert "auto-x" in named(place, home)


def test_old_ones_are_let_go_after_a_schedules_snapshot_where_it_has_a_policy(place, home):
    keeping = schedule_of(1, params={"dataset": home}, retention={"keep_last": 3})
    for slot, schedules, expected in (
        (NOON, [keeping], [("storage.snapshot_prune", {"tasks": [str(TASK)]})]),
        (NOON + HOUR, [keeping.model_copy(update={"retention": None})], []),
        (None, [keeping], []),
    ):
        running = FakeRunning(schedules=schedules)
        take(place, params_of(home, slot), running)
        assert running.started == expected


def test_that_old_ones_could_not_be_let_go_is_a_warning(place, home):
    keeping = schedule_of(1, params={"dataset": home}, retention={"keep_last": 3})
    running = FakeRunning(schedules=[keeping], refuses=Forbidden("ada may not"))
    take(place, params_of(home, NOON), running)
    assert [code for code, _ in running.warnings] == ["not_pruned"]


@pytest.mark.parametrize(
    "said",
    [
        {"exclude": ["tank/home/ada"]},
        {"exclude": ["tank/*"], "recursive": True},
        {"exclude": ["tank"], "recursive": True},
        {"exclude": ["a b"], "recursive": True},
        {"exclude": ["$(reboot)"], "recursive": True},
        {"naming_schema": "auto %Y-%m-%d_%H-%M"},
        {"naming_schema": "auto"},
        {"hold": "-r"},
    ],
)
def test_what_makes_no_sense_is_refused_before_it_is_a_job(said):
    with pytest.raises(ValidationError):
        snapshot_create.Params(dataset="tank/home", **said)


def clash(one, other):
    wanted, held = expand(one.locks()), expand(other.locks())
    return any(held[path] in CLASHES[mode] for path, mode in wanted.items() if path in held)


def test_a_snapshot_waits_for_a_rollback_and_not_for_a_transfer_of_hours():
    for params in (snapshot_create.Params(dataset="tank/home"), params_of("tank/home", NOON)):
        assert clash(params, snapshot_rollback.Params(snapshot="tank/home@one"))
        assert not clash(params, replication_run.Params(source="tank/home", target="backup/home"))
        assert not clash(params, snapshot_prune.Params())
        assert clash(params, dataset_destroy.Params(dataset="tank/home"))
    again = params_of("tank/home", NOON)
    assert clash(again, params_of("tank/home", NOON))
    assert not clash(again, params_of("tank/home", NOON + HOUR))


# ---- letting go


def aged(place, dataset, count, task=TASK):
    """Snapshots of the last hours as the task would have taken them, oldest first."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    for n in reversed(range(count)):
        name = name_at("auto-%Y-%m-%d_%H-%M%z", hour - HOUR * n)
        marks = {"calypso:task": str(task)} if task else {}
        place.storage.create_snapshot(dataset, name, properties=marks)
    return [one.name for one in place.storage.snapshots(dataset)]


def keeping(dataset, count=2, **said):
    params = {"dataset": dataset, "recursive": True}
    return schedule_of(1, **{"params": params, "retention": {"keep_last": count}, **said})


def prune(place, running, storage=None, **said):
    params = snapshot_prune.Params(**said)
    return snapshot_prune.prune_snapshots.run(params, storage or place.storage, running)


@pytest.mark.proves("storage.snapshot_prune")
def test_what_the_policy_keeps_stays_and_the_rest_goes_once(place, home):
    names = aged(place, home, 5)
    place.storage.hold(names[0], "legal")
    place.snapshot(home, "by-hand")
    running = FakeRunning(schedules=[keeping(home)])
    done = prune(place, running)
    assert done.destroyed == 2
    assert done.kept == {"held": 1, "keep_last": 2, "not_owned": 1}
    left = [one.name for one in place.storage.snapshots(home)]
    assert left == [names[0], *names[3:], f"{home}@by-hand"]
    assert f"{names[0]} stays: A hold keeps it." in running.lines
    assert prune(place, FakeRunning(schedules=[keeping(home)])).destroyed == 0


def test_a_plan_says_what_goes_and_why_each_other_stays_and_is_kept_to(place, home):
    names = aged(place, home, 4)
    place.storage.hold(names[0], "legal")
    known = FakeRunning(schedules=[keeping(home)])
    plan = snapshot_prune.prune_snapshots.plan(snapshot_prune.Params(), place.storage, known)
    assert plan.destroys == [names[1]]
    assert [line.partition(" stays")[0] for line in plan.effects if "stays" in line] == [
        names[0], *names[2:],
    ]  # fmt: skip
    assert any(names[1].partition("@")[2] in " ".join(argv) for argv in plan.commands)
    assert [one.name for one in place.storage.snapshots(home)] == names
    prune(place, known)
    assert {one.name for one in place.storage.snapshots(home)} == set(names) - set(plan.destroys)


def test_nothing_goes_without_a_policy_or_by_one_that_keeps_nothing(place, home):
    aged(place, home, 3)
    for retention in (None, {}, {"keep_last": 0}):
        running = FakeRunning(schedules=[keeping(home, retention=retention)])
        assert prune(place, running).destroyed == 0


def test_only_those_of_the_tasks_and_below_the_dataset_that_were_asked_for(place, tree):
    for dataset in tree[:2]:
        aged(place, dataset, 4)
    schedules = [keeping(tree[0])]
    assert prune(place, FakeRunning(schedules=schedules), tasks=[OTHER]).destroyed == 0
    assert prune(place, FakeRunning(schedules=schedules), dataset=tree[1]).destroyed == 2
    assert prune(place, FakeRunning(schedules=schedules), tasks=[TASK]).destroyed == 2


def test_a_schedule_of_another_node_has_no_say(place, home):
    aged(place, home, 4)
    assert prune(place, FakeRunning(schedules=[keeping(home, node="other")])).destroyed == 0
    assert prune(place, FakeRunning(schedules=[keeping(home, node="here")])).destroyed == 2


def test_a_dataset_that_is_being_replicated_is_left_alone_and_others_are_not(place, tree):
    for dataset in (tree[0], tree[3]):
        aged(place, dataset, 4)
    sent = job_of("storage.replication_run", {"source": tree[0], "target": "backup/home"})
    done = prune(place, FakeRunning(schedules=[keeping(tree[0])], jobs=[sent]))
    assert (done.destroyed, done.kept["replication_running"]) == (2, 2)
    assert [len(named(place, one)) for one in (tree[0], tree[3])] == [4, 2]


class Asked:
    """A storage that notes of what the snapshots were listed."""

    def __init__(self, storage):
        self._storage, self.listed = storage, []

    def __getattr__(self, verb):
        return getattr(self._storage, verb)

    def snapshots(self, dataset=None, *, recursive=False):
        self.listed.append((dataset, recursive))
        return self._storage.snapshots(dataset, recursive=recursive)


@pytest.mark.parametrize("by", ["dataset", "task", "all"])
def test_the_newest_that_a_replication_has_at_both_ends_stays(place, home, by):
    names = aged(place, home, 4)
    target = f"{place.pool}/copy"
    place.send(names[0], target)
    waiting = job_of("storage.replication_run", {"source": home, "target": target}, State.WAITING)
    known = FakeRunning(schedules=[keeping(home)], jobs=[waiting])
    storage = Asked(place.storage)
    asked = {"dataset": {"dataset": home}, "task": {"tasks": [TASK]}, "all": {}}[by]
    done = prune(place, known, storage, **asked)
    assert (done.destroyed, done.kept["replication_base"]) == (1, 1)
    only = [(target, True), (home, True)]
    assert sorted(storage.listed) == sorted(only) if by != "all" else [(None, False)]
    assert names[0] in [one.name for one in place.storage.snapshots(home)]


def test_the_last_that_was_sent_to_another_machine_stays(place, home):
    names = aged(place, home, 5)
    remote = {"source": home, "target": "vault/home", "direction": "push", "remote": {"host": "v"}}
    sent = [
        job_of("storage.replication_run", remote, State.SUCCEEDED, result={"snapshot": name})
        for name in (names[1], names[0])  # the last first
    ]
    done = prune(place, FakeRunning(schedules=[keeping(home)], jobs=sent))
    assert (done.destroyed, done.kept["replication_base"]) == (2, 1)
    assert names[1] in [one.name for one in place.storage.snapshots(home)]


def test_a_hold_of_a_job_that_has_ended_keeps_nothing_and_others_do(place, home):
    names = aged(place, home, 6)
    ended = job_of("storage.replication_run", {}, State.LOST, number=7)
    running = job_of("storage.replication_run", {}, State.RUNNING, number=8)
    tags = [f"calypso-{one.id}-1" for one in (ended, running)]
    tags += [f"calypso-{UUID(int=9)}-1", "legal"]  # of a job nobody knows, and a person's
    for name, tag in zip(names, tags, strict=False):
        place.storage.hold(name, tag)
    known = FakeRunning(schedules=[keeping(home)], jobs=[ended, running])
    plan = snapshot_prune.prune_snapshots.plan(snapshot_prune.Params(), place.storage, known)
    assert plan.destroys == [names[0]]
    assert f"{names[0]} is freed of {tags[0]}, whose job has ended." in plan.effects
    assert place.storage.holds(names[0]) == [tags[0]]
    done = prune(place, known)
    assert (done.destroyed, done.kept["held"]) == (1, 3)
    assert [one.name for one in place.storage.snapshots(home)] == names[1:]


def test_a_hold_of_a_job_stays_beside_a_persons_and_on_what_is_kept_anyway(place, home):
    names = aged(place, home, 3)
    ended = job_of("storage.replication_run", {}, State.LOST, number=7)
    stale = f"calypso-{ended.id}-1"
    for name in (names[0], names[2]):
        place.storage.hold(name, stale)
    place.storage.hold(names[0], "legal")
    prune(place, FakeRunning(schedules=[keeping(home)], jobs=[ended]))
    assert sorted(place.storage.holds(names[0])) == [stale, "legal"]
    assert place.storage.holds(names[2]) == [stale]


def test_a_cancel_between_two_batches_leaves_the_rest_for_the_next_run(place, tree):
    for dataset in (tree[0], tree[3]):
        aged(place, dataset, 4)
    with pytest.raises(JobCancelled):
        prune(place, FakeRunning(schedules=[keeping(tree[0])], cancel_after=1))
    assert sorted(len(named(place, one)) for one in (tree[0], tree[3])) == [2, 4]
    assert prune(place, FakeRunning(schedules=[keeping(tree[0])])).destroyed == 2


class Meanwhile:
    """A storage in which something happens between the look and the first destroying."""

    def __init__(self, storage, happens):
        self._storage, self._happens = storage, happens

    def __getattr__(self, verb):
        return getattr(self._storage, verb)

    def destroy_snapshots(self, dataset, names):
        happens, self._happens = self._happens, lambda: None
        happens()
        self._storage.destroy_snapshots(dataset, names)


def test_one_that_is_held_meanwhile_stays_with_its_reason_and_the_rest_of_the_batch_goes(
    place, home
):
    names = aged(place, home, 5)
    storage = Meanwhile(place.storage, lambda: place.storage.hold(names[1], "send"))
    running = FakeRunning(schedules=[keeping(home)])
    done = prune(place, running, storage)
    (stayed,) = done.stayed
    assert (done.destroyed, stayed.snapshot, stayed.reason) == (2, names[1], "storage_held")
    assert [code for code, _ in running.warnings] == ["snapshots_stayed"]
    assert [one.name for one in place.storage.snapshots(home)] == [names[1], *names[3:]]


def test_a_dataset_that_goes_away_meanwhile_takes_its_snapshots_along(place, home):
    aged(place, home, 4)
    storage = Meanwhile(place.storage, lambda: place.storage.destroy_dataset(home, recursive=True))
    assert prune(place, FakeRunning(schedules=[keeping(home)]), storage).stayed == []
