"""Which snapshots a replication sends."""

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from calypso.drivers.storage import BaseMissing, Snapshot, SnapshotMissing
from calypso.jobs.storage._steps import steps, wanted


def snapshot(guid, dataset="tank/home"):
    return Snapshot(
        name=f"{dataset}@s{guid}",
        guid=str(guid),
        order=guid,
        used_bytes=0,
        referenced_bytes=0,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def told(todo):
    return [(step.base and step.base.guid, step.snapshot.guid) for step in todo]


def plan(source, there, last=None, between=True):
    snapshots = [snapshot(one) for one in source]
    theirs = None if there is None else [snapshot(one, "vault/home") for one in there]
    end = snapshot(last or source[-1])
    return told(steps("vault/home", end, snapshots, theirs, with_those_between=between))


def test_a_new_target_gets_the_wanted_one_or_all_up_to_it():
    assert plan([1, 2, 3], None, between=False) == [(None, "3")]
    assert plan([1, 2, 3], None) == [(None, "1"), ("1", "2"), ("2", "3")]
    assert plan([1, 2, 3], None, last=2) == [(None, "1"), ("1", "2")]


def test_what_is_there_is_not_sent_again():
    assert plan([1, 2, 3], [1, 3]) == []
    assert plan([1, 2, 3], [1, 2, 3], last=2) == []


def test_the_newest_common_one_is_the_base():
    assert plan([1, 2, 3, 4], [1, 2], between=False) == [("2", "4")]
    assert plan([1, 2, 3, 4], [1, 2]) == [("2", "3"), ("3", "4")]


def test_a_common_one_newer_than_the_wanted_is_no_base():
    with pytest.raises(BaseMissing):
        plan([1, 2, 3], [3], last=2)


@pytest.mark.parametrize("there", [[], [7, 8]])
def test_a_target_with_nothing_in_common_is_refused(there):
    with pytest.raises(BaseMissing, match="vault/home exists, but has no snapshot in common"):
        plan([1, 2], there)


def test_the_wanted_one_is_that_of_the_name_or_the_newest():
    source = [snapshot(2), snapshot(1)]
    assert wanted("tank/home", None, source).guid == "2"
    assert wanted("tank/home", "s1", source).guid == "1"
    for name, listed in (("s9", source), (None, [])):
        with pytest.raises(SnapshotMissing):
            wanted("tank/home", name, listed)


@given(
    some.sets(some.integers(1, 12), min_size=1),
    some.none() | some.sets(some.integers(1, 12)),
    some.booleans(),
)
def test_a_chain_begins_with_what_is_there_and_has_no_gap(source, there, between):
    try:
        todo = plan(sorted(source), there, between=between)
    except BaseMissing:
        assert there is not None
        assert not (there & source) - {max(source)}
        return
    if not todo:
        assert str(max(source)) in {str(one) for one in there or ()}
        return
    assert todo[-1][1] == str(max(source))
    first = todo[0][0]
    assert first is None if there is None else int(first) in there
    assert all(one[1] == after[0] for one, after in itertools.pairwise(todo))
