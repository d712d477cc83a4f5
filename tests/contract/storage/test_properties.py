"""Properties, names and sizes of datasets, on every product."""

import pytest

from calypso.drivers.storage import (
    BadProperty,
    Busy,
    DatasetExists,
    DatasetMissing,
    ParentMissing,
    Unsupported,
    WouldShrink,
)
from tests.lab.inside import working_in


def value(place, dataset, name):
    found = place.storage.properties(dataset, [name]).get(name)
    return None if found is None else (found.value, found.source)


def test_a_property_is_set_seen_and_inherited_again(place):
    home, inner = place.dataset("home"), place.dataset("home/inner")
    place.storage.set_properties(home, {"compression": "zle", "calypso:note": "a b=c"})
    assert value(place, home, "compression") == ("zle", "local")
    assert value(place, inner, "compression") == ("zle", f"inherited from {home}")
    assert value(place, inner, "calypso:note") == ("a b=c", f"inherited from {home}")

    place.storage.set_properties(inner, {"compression": "off"}, inherit=["calypso:note"])
    assert value(place, inner, "compression") == ("off", "local")
    place.storage.set_properties(inner, {}, inherit=["compression"])
    assert value(place, inner, "compression") == ("zle", f"inherited from {home}")


def test_a_property_nobody_knows_is_refused_and_nothing_is_set(place):
    home = place.dataset("home")
    before = value(place, home, "atime")
    with pytest.raises(BadProperty):
        place.storage.set_properties(home, {"atime": "off", "nosuch": "1"})
    assert value(place, home, "atime") == before
    with pytest.raises(BadProperty):
        place.storage.set_properties(home, {}, inherit=["nosuch"])
    with pytest.raises(DatasetMissing):
        place.storage.set_properties(f"{place.pool}/nosuch", {"atime": "off"})


def test_properties_given_at_the_making_are_there(place):
    name = f"{place.pool}/home"
    place.storage.create_dataset(name, properties={"recordsize": "16384"})
    assert value(place, name, "recordsize") == ("16384", "local")


def test_a_dataset_is_renamed_with_all_below_it(place):
    home, inner = place.dataset("home"), place.dataset("home/inner")
    (place.path(inner) / "file").write_text("content")
    place.snapshot(inner, "one")
    place.storage.rename_dataset(home, f"{place.pool}/moved")
    assert (place.path(f"{place.pool}/moved/inner") / "file").read_text() == "content"
    assert place.storage.snapshots(f"{place.pool}/moved/inner")
    with pytest.raises(DatasetMissing):
        place.storage.dataset(home)


def test_a_name_that_is_taken_or_has_nothing_above_is_refused(place):
    home, other = place.dataset("home"), place.dataset("other")
    with pytest.raises(DatasetExists):
        place.storage.rename_dataset(home, other)
    with pytest.raises(ParentMissing):
        place.storage.rename_dataset(home, f"{place.pool}/no/such")
    assert place.storage.dataset(home).name == home


def test_a_dataset_in_use_keeps_its_name(place):
    home = place.dataset("home")
    with place.machine.entered(working_in, str(place.path(home))), pytest.raises(Busy):
        place.storage.rename_dataset(home, f"{place.pool}/moved")
    assert place.storage.dataset(home).mountpoint


MIB = 1 << 20


@pytest.fixture
def volume(place):
    home = place.dataset("home")
    with pytest.raises(Unsupported):
        place.storage.resize_volume(home, 16 * MIB)
    if not place.storage.probe().features["volumes"]:
        pytest.skip("there are no volumes here, and it says so")
    place.storage.create_dataset(f"{place.pool}/volume", size_bytes=16 * MIB)
    return f"{place.pool}/volume"


def test_a_volume_grows_by_whole_blocks(place, volume):
    assert place.storage.resize_volume(volume, 32 * MIB - 1).size_bytes == 32 * MIB
    assert place.storage.resize_volume(volume, 32 * MIB).size_bytes == 32 * MIB


def test_a_volume_shrinks_only_on_purpose(place, volume):
    with pytest.raises(WouldShrink):
        place.storage.resize_volume(volume, 8 * MIB)
    assert place.storage.dataset(volume).size_bytes == 16 * MIB
    plan = place.storage.plan_resize_volume(volume, 8 * MIB)
    assert plan.destroys == [f"the last {8 * MIB} bytes of {volume}"]

    assert place.storage.resize_volume(volume, 8 * MIB, shrink=True).size_bytes == 8 * MIB
    assert place.storage.plan_resize_volume(volume, 8 * MIB) != plan
