"""The lock matrix has laws; they hold for every pair and every tree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calypso.models.lock import CLASHES, Lock, Mode, exclusive, expand, merge, present, shared

modes = st.sampled_from(Mode)
paths = st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map("/".join)
locks = st.lists(st.builds(Lock, paths, modes), min_size=1, max_size=5)


@given(modes, modes)
def test_a_clash_is_mutual(one, other):
    assert (one in CLASHES[other]) == (other in CLASHES[one])


@given(st.lists(modes, min_size=1))
def test_a_merged_mode_clashes_with_whatever_its_parts_clash_with(parts):
    assert CLASHES[merge(parts)] >= frozenset().union(*(CLASHES[part] for part in parts))


@given(locks)
def test_every_ancestor_of_a_lock_is_touched(wanted):
    touched = expand(wanted)
    for lock in wanted:
        parts = lock.path.split("/")
        assert all("/".join(parts[:depth]) in touched for depth in range(1, len(parts) + 1))


@given(locks, locks)
def test_whoever_excludes_a_path_clashes_with_whoever_works_below(mine, others):
    held, wanted = expand(mine), expand(others)
    clash = any(
        other.path == lock.path or other.path.startswith(lock.path + "/")
        for lock in mine
        for other in others
        if lock.mode is Mode.X
    )
    meets = any(held[path] in CLASHES[wanted[path]] for path in held.keys() & wanted.keys())
    assert meets or not clash


def test_a_present_source_lets_others_work_and_only_a_destroyer_wait():
    send = expand([present("storage", "tank/home")])
    snapshot = expand([present("storage", "tank/home"), exclusive("snapshots", "tank/home")])
    destroy = expand([exclusive("storage", "tank")])
    meet = lambda a, b: any(a[p] in CLASHES[b[p]] for p in a.keys() & b.keys())  # noqa: E731

    assert not meet(send, snapshot)
    assert meet(send, destroy)


def test_a_reader_of_all_keeps_writers_below_out():
    reader, writer = expand([shared("storage", "tank")]), expand([exclusive("storage", "tank/a")])
    assert writer["storage/tank"] in CLASHES[reader["storage/tank"]]


@pytest.mark.parametrize("path", ["", "/a", "a/", "a//b", "a" * 1001])
def test_a_malformed_path_is_no_lock(path):
    with pytest.raises(ValueError, match="lock path"):
        Lock(path, Mode.X)
