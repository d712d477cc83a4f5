"""Properties and sizes: set as asked, seen to be so, and nothing lost without being told to."""

import pytest

from calypso.drivers.storage import BadProperty, Busy, StorageError, Unsupported, WouldShrink
from calypso.drivers.storage.zfs import ZfsStorage
from calypso.drivers.storage.zfs.reading import PROPERTY_COLUMNS
from tests.unit.drivers.zfs import scenarios
from tests.unit.drivers.zfs.scenarios import PROPERTIES_X, opener_argv, silent
from tests.unit.drivers.zfs.test_scenarios import changes

PROPERTIES = ("zfs", "get", "-Hp", "-o", PROPERTY_COLUMNS)


def test_several_properties_are_set_by_one_command(host, storage):
    scenarios.set_properties(host, storage)
    assert changes(host) == [
        "zfs set quota=64M compression=lz4 tank/x",
        "zfs inherit atime tank/x",
    ]


@pytest.mark.parametrize(
    ("wanted", "inherit", "told"),
    [
        ({"quota": "64M", "compression": "lz4"}, ["atime"], "quota of tank/x is set, but"),
        ({"quota": "none", "compression": "lz4"}, ["atime"], "compression of tank/x is set, but"),
        ({"quota": "none"}, ["compression", "atime"], "inherits atime, but"),
    ],
)
def test_what_is_not_so_afterwards_is_an_error(host, storage, wanted, inherit, told):
    words = " ".join(f"{key}={value}" for key, value in wanted.items())
    silent(host, f"zfs set {words} tank/x", *(f"zfs inherit {one} tank/x" for one in inherit))
    host.answer(PROPERTIES_X, "properties-not-set-tank-x.txt")
    with pytest.raises(StorageError, match=told):
        storage.set_properties("tank/x", wanted, inherit=inherit)


@pytest.mark.parametrize(
    "name", ["volsize", "keylocation", "encryption", "a=b", "a b", "a,b", "all"]
)
def test_what_has_a_verb_of_its_own_or_no_name_is_no_property(host, storage, name):
    for act in (
        lambda: storage.set_properties("tank/x", {name: "1"}),
        lambda: storage.set_properties("tank/x", {}, inherit=[name]),
        lambda: storage.create_dataset("tank/new", properties={name: "1"}),
        lambda: storage.clone("tank/d1@s1", "tank/new", properties={name: "1"}),
    ):
        with pytest.raises(BadProperty):
            act()
    assert host.asked == []


def test_a_property_the_dataset_has_not_is_left_out(host, storage):
    found = scenarios.properties(host, storage)
    assert {key: (one.value, one.source) for key, one in found.items()} == {
        "compression": ("lz4", "inherited from tank")
    }


@pytest.mark.parametrize(
    ("make", "said"), [(scenarios.make_host, "on"), (scenarios.make_json_host, "sa")]
)
def test_attributes_in_inodes_are_told_by_one_word_in_every_version(make, said):
    """`xattr=sa` is told as `on` by 2.3, in which that is what `on` means."""
    host = make()
    host.answer([*PROPERTIES, "xattr", "tank/d1"], "properties-xattr.txt")
    assert ZfsStorage(host).properties("tank/d1", ["xattr"])["xattr"].value == said


def test_a_size_is_rounded_up_to_whole_blocks(host, storage):
    assert scenarios.resize_volume(host, storage).size_bytes == 100663296
    assert changes(host) == ["zfs set volsize=100663296 tank/v1"]


def test_the_size_it_has_already_is_not_set_again(host, storage):
    assert storage.resize_volume("tank/v1", 67108864).size_bytes == 67108864
    assert changes(host) == []


def test_a_volume_does_not_shrink_unless_told_to(host, storage):
    with pytest.raises(WouldShrink, match="67108864 bytes"):
        storage.resize_volume("tank/v1", 33554432)
    assert changes(host) == []

    assert scenarios.shrink_volume(host, storage).size_bytes == 33554432


def test_a_volume_in_use_does_not_shrink(host, storage):
    host.answer(opener_argv("tank/v1"), "a-user-of-a-volume.txt")
    with pytest.raises(Busy):
        storage.resize_volume("tank/v1", 33554432, shrink=True)
    assert changes(host) == []


def test_a_size_that_did_not_come_about_is_an_error(host, storage):
    silent(host, "zfs set volsize=100663296 tank/v1")
    with pytest.raises(StorageError, match="it has 67108864"):
        storage.resize_volume("tank/v1", 100663296)


def test_a_plan_says_how_much_would_be_lost(host, storage):
    plan = scenarios.plan_resize_volume(host, storage)
    assert plan.destroys == ["the last 33554432 bytes of tank/v1"]


def test_a_plan_for_a_larger_size_loses_nothing(storage):
    plan = storage.plan_resize_volume("tank/v1", 100663296)
    assert plan.destroys == []
    assert plan.effects == ["tank/v1 has 100663296 bytes instead of 67108864."]


def test_a_filesystem_has_no_size(storage):
    with pytest.raises(Unsupported, match="quota"):
        storage.resize_volume("tank/d1", 33554432)


def test_a_volume_has_no_files_to_change(storage):
    with pytest.raises(Unsupported, match="no files"):
        storage.change_access(
            "tank/v1", scenarios.Access(owner="ada"), on_files=lambda *_: None, timeout_s=60
        )


def test_files_are_counted_as_the_walk_goes(host, storage):
    assert scenarios.change_access(host, storage) == (3, [(3, 3)])
