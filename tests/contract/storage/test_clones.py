"""A dataset out of a snapshot, on every product."""

import pytest

from calypso.drivers.storage import (
    DatasetExists,
    HasClones,
    NotAClone,
    ParentMissing,
    SnapshotExists,
    SnapshotMissing,
)


@pytest.fixture
def home(place):
    home = place.dataset("home")
    (place.path(home) / "file").write_text("then")
    place.snapshot(home, "one")
    (place.path(home) / "file").write_text("now")
    return home


@pytest.fixture
def clone(place, home):
    """A clone that depends on its origin, where the product has such."""
    if not place.storage.probe().features["clones"]:
        with pytest.raises(NotAClone):
            place.storage.promote(home, f"{place.pool}/other")
        pytest.skip("clones are copies here, and it says so")
    name = f"{place.pool}/clone"
    assert place.storage.clone(f"{home}@one", name).origin == f"{home}@one"
    return name


def test_a_clone_is_as_the_snapshot_was_and_can_be_written_to(place, home):
    clone = f"{place.pool}/clone"
    made = place.storage.clone(f"{home}@one", clone)
    assert (made.name, made.mountpoint) == (clone, str(place.path(clone)))
    assert (place.path(clone) / "file").read_text() == "then"

    (place.path(clone) / "file").write_text("mine")
    assert (place.path(home) / "file").read_text() == "now"
    place.storage.rollback(f"{home}@one")
    assert (place.path(home) / "file").read_text() == "then"


def test_a_clone_needs_a_snapshot_a_parent_and_a_new_name(place, home):
    with pytest.raises(SnapshotMissing):
        place.storage.clone(f"{home}@nosuch", f"{place.pool}/clone")
    with pytest.raises(ParentMissing):
        place.storage.clone(f"{home}@one", f"{place.pool}/no/such")
    with pytest.raises(DatasetExists):
        place.storage.clone(f"{home}@one", home)


def test_promoted_a_clone_takes_the_snapshots_along(place, home, clone):
    place.snapshot(home, "two")
    plan = place.storage.plan_promote(clone, home)
    assert any(f"{clone}@one" in effect for effect in plan.effects)
    assert not any(f"{clone}@two" in effect for effect in plan.effects)

    place.storage.promote(clone, home)

    assert place.storage.dataset(home).origin == f"{clone}@one"
    assert place.storage.dataset(clone).origin is None
    assert [one.name for one in place.storage.snapshots(clone)] == [f"{clone}@one"]
    assert place.storage.plan_promote(home, clone) != plan


def test_a_promotion_is_refused_where_names_would_clash(place, home, clone):
    place.snapshot(clone, "one")
    with pytest.raises(SnapshotExists, match="one"):
        place.storage.promote(clone, home)
    assert place.storage.dataset(clone).origin == f"{home}@one"


def test_a_rollback_past_a_clone_loses_nothing_until_the_clone_is_named(place, home, clone):
    place.snapshot(home, "two")
    second = f"{place.pool}/second"
    place.storage.clone(f"{home}@two", second)
    place.snapshot(second, "its own")

    def roll_back(*named):
        place.storage.rollback(f"{home}@one", destroy_newer=True, destroy_clones=named)

    with pytest.raises(HasClones, match="second"):
        roll_back(clone)
    assert [one.name for one in place.storage.snapshots(home)] == [f"{home}@one", f"{home}@two"]

    roll_back(second)
    assert [one.name for one in place.storage.snapshots(home)] == [f"{home}@one"]
    names = [one.name for one in place.storage.datasets()]
    assert clone in names
    assert second not in names
    assert (place.path(home) / "file").read_text() == "then"


def test_holds_are_told_by_name(place, home):
    place.storage.hold(f"{home}@one", "mine")
    place.storage.hold(f"{home}@one", "yours")
    assert sorted(place.storage.holds(f"{home}@one")) == ["mine", "yours"]
    place.storage.release(f"{home}@one", "mine")
    assert place.storage.holds(f"{home}@one") == ["yours"]
    with pytest.raises(SnapshotMissing):
        place.storage.holds(f"{home}@nosuch")
