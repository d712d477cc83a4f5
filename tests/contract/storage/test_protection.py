"""Snapshots that are protected from being pruned, for good or until a date, over every product."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from calypso.drivers.storage import SnapshotMissing
from calypso.errors import Invalid, JobCancelled, NotFound
from calypso.jobs.storage import (
    snapshot_fixate,
    snapshot_protect,
    snapshot_prune,
    snapshot_unprotect,
)
from calypso.models.lock import CLASHES, expand
from calypso.models.naming import DEFAULT_SCHEMA, name_at
from tests.contract.storage.test_snapshot_tasks import HOUR, OTHER, TASK, aged, keeping, prune
from tests.fakes.running import FakeRunning, run

EARLIER, SOON = datetime(2190, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


@pytest.fixture
def home(place):
    return place.dataset("home")


def standing(place, dataset):
    """Return whether each snapshot is protected for good, and until when it is else."""
    found = place.storage.snapshots(dataset)
    return [(one.is_protected, one.protected_until) for one in found]


def test_a_snapshot_is_protected_for_good_or_until_an_instant_or_not(place, home):
    one = f"{home}@one"
    place.snapshot(home, "one")
    assert standing(place, home) == [(False, None)]
    for until, told in ((SOON, (False, SOON)), (None, (True, None)), (SOON, (False, SOON))):
        place.storage.protect(one, until)
        place.storage.protect(one, until)
        assert standing(place, home) == [told]
    for _ in range(2):
        place.storage.unprotect(one)
        assert standing(place, home) == [(False, None)]


def test_what_is_not_there_cannot_be_protected_and_needs_no_unprotecting(place, home):
    with pytest.raises(SnapshotMissing):
        place.storage.protect(f"{home}@nosuch", None)
    place.storage.unprotect(f"{home}@nosuch")
    place.storage.unprotect(f"{place.pool}/nosuch@nosuch")


@pytest.mark.proves("storage.snapshot_protect", "storage.snapshot_unprotect")
def test_a_tree_of_protected_snapshots_is_not_pruned_until_it_is_protected_no_longer(place, home):
    inner = place.dataset("home/inner")
    for dataset in (home, inner):
        names = aged(place, dataset, 4)
    wanted = {"snapshot": f"{home}@{names[0].partition('@')[2]}", "recursive": True}
    running = FakeRunning(schedules=[keeping(home)])

    told = run("snapshot_protect", place.storage, until=SOON, **wanted)
    assert told.protected == (wanted["snapshot"], names[0])
    done = prune(place, running)
    assert (done.destroyed, done.kept["protected"]) == (2, 2)
    line = f"{names[0]} stays: It is protected until 2200-01-01 00:00 UTC."
    assert line in running.lines

    told = run("snapshot_unprotect", place.storage, **wanted)
    assert told.unprotected == (wanted["snapshot"], names[0])
    assert prune(place, running).destroyed == 2


def test_a_protection_that_is_over_protects_no_more(place, home):
    names = aged(place, home, 3)
    place.storage.protect(names[0], datetime.now(UTC) - HOUR)
    assert prune(place, FakeRunning(schedules=[keeping(home)])).destroyed == 1


def test_protecting_shortens_no_protection_and_what_is_over_is_refused(place, home):
    one = f"{home}@one"
    place.snapshot(home, "one")
    for stands, told in ((SOON, (False, SOON)), (None, (True, None))):
        place.storage.protect(one, stands)
        assert run("snapshot_protect", place.storage, snapshot=one, until=EARLIER).protected == (
            one,
        )
        assert standing(place, home) == [told]
    with pytest.raises(Invalid, match="is over"):
        run("snapshot_protect", place.storage, snapshot=one, until=datetime.now(UTC) - HOUR)
    with pytest.raises(ValidationError):
        snapshot_protect.Params(snapshot=one, until="9999-12-31T23:59:59-14:00")


# ---- as long as was said when they were taken


def fixate(place, running, task=TASK, **said):
    return run("snapshot_fixate", place.storage, running, task=task, **said)


@pytest.mark.proves("storage.snapshot_fixate")
def test_what_was_taken_is_kept_as_long_as_was_said_though_the_policy_changes(place, home):
    minute = datetime.now(UTC).replace(second=0, microsecond=0)
    taken = [minute - HOUR * n - HOUR / 2 for n in reversed(range(6))]
    marks = {"calypso:task": str(TASK)}
    for at in taken:
        place.storage.create_snapshot(home, name_at(DEFAULT_SCHEMA, at), properties=marks)
    names = [one.name for one in place.storage.snapshots(home)]
    place.snapshot(home, "by-hand")
    before = keeping(home, retention={"lifetime": "PT4H"})
    told = fixate(place, FakeRunning(schedules=[before]))
    assert (told.protected, told.left) == (4, 2)
    expected = [at + 4 * HOUR + timedelta(minutes=1) for at in taken[2:]]
    assert [until for _, until in standing(place, home)] == [None, None, *expected, None]

    after = FakeRunning(schedules=[keeping(home, retention={"lifetime": "PT1H"})])
    assert prune(place, after).destroyed == 2
    assert [one.name for one in place.storage.snapshots(home)] == [*names[2:], f"{home}@by-hand"]


def test_nothing_is_ever_protected_for_a_shorter_time_than_it_was(place, home):
    names = aged(place, home, 2)
    place.storage.protect(names[0], SOON)
    place.storage.protect(names[1], None)
    known = FakeRunning(schedules=[keeping(home, retention={"lifetime": "P1D"})])
    told = fixate(place, known)
    assert (told.protected, told.left) == (0, 2)
    assert standing(place, home) == [(False, SOON), (True, None)]


@pytest.mark.parametrize(
    ("retention", "why"),
    [({"keep_daily": 7}, "counts its snapshots"), (None, "keeps its snapshots for ever")],
)
def test_where_a_policy_tells_no_date_somebody_has_to_say_how_long(place, home, retention, why):
    aged(place, home, 2)
    dateless = FakeRunning(schedules=[keeping(home, retention=retention)])
    with pytest.raises(Invalid, match=f"{why}, so no date is theirs"):
        fixate(place, dateless)
    assert fixate(place, dateless, lifetime="P7D").protected == 2


def test_the_least_age_was_said_too(place, home):
    names = aged(place, home, 2)
    policy = keeping(home, retention={"lifetime": "PT30M", "min_age": "P2D"})
    assert fixate(place, FakeRunning(schedules=[policy])).protected == 2
    after = FakeRunning(schedules=[keeping(home, retention={"lifetime": "PT1M"})])
    assert prune(place, after).destroyed == 0
    assert [one.name for one in place.storage.snapshots(home)] == names


def test_a_task_that_is_not_there_protects_nothing(place, home):
    aged(place, home, 1)
    with pytest.raises(NotFound, match="no schedule"):
        fixate(place, FakeRunning(schedules=[keeping(home)]), OTHER)


def test_a_cancel_stops_between_two_and_a_second_run_does_the_rest(place, home):
    aged(place, home, 3)
    policy = keeping(home, retention={"lifetime": "P1D"})
    running = FakeRunning(schedules=[policy], cancel_after=1)
    with pytest.raises(JobCancelled):
        fixate(place, running)
    assert sum(until is not None for _, until in standing(place, home)) == 1
    assert fixate(place, FakeRunning(schedules=[policy])).protected == 2


def test_no_pruning_comes_between_a_look_and_a_protection():
    wanted = [
        snapshot_protect.Params(snapshot="tank/home@one"),
        snapshot_fixate.Params(task=TASK),
        snapshot_unprotect.Params(snapshot="tank/home@one"),
    ]
    pruning = expand(snapshot_prune.Params().locks())
    clashes = [
        any(pruning.get(path) in CLASHES[mode] for path, mode in expand(one.locks()).items())
        for one in wanted
    ]
    assert clashes == [True, True, False]
