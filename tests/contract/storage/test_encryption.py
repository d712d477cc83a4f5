"""Encrypted datasets, where the product has them: nothing is read without the key."""

import pytest

from calypso.drivers.storage import (
    Busy,
    DatasetMissing,
    Key,
    KeyFormat,
    KeyMissing,
    KeyWrong,
    NotEncryptionRoot,
    Unsupported,
)
from tests.lab.inside import opened

OLD, NEW = Key(text="correct horse"), Key(text="battery staple")
HEX = Key(format=KeyFormat.HEX, text="0123456789abcdef" * 4)


@pytest.fixture
def vault(place):
    name = f"{place.pool}/vault"
    if not place.storage.probe().features["encryption"]:
        home = place.dataset("home")
        for act in (
            lambda: place.storage.create_dataset(name, key=OLD),
            lambda: place.storage.unlock(home, OLD),
            lambda: place.storage.lock(home),
            lambda: place.storage.change_key(home, OLD),
            lambda: place.storage.plan_change_key(home),
        ):
            with pytest.raises(Unsupported):
                act()
        assert place.storage.encryption(home) == []
        pytest.skip("nothing is encrypted here, and it says so")
    place.storage.create_dataset(name, key=OLD)
    place.storage.create_dataset(f"{name}/inner")
    (place.path(name) / "file").write_text("secret")
    return name


def state(place, name):
    return [
        (one.dataset, one.is_unlocked, one.is_mounted) for one in place.storage.encryption(name)
    ]


def test_locked_it_is_not_mounted_and_unlocked_it_is_again(place, vault):
    place.storage.lock(vault)
    place.storage.lock(vault)
    assert state(place, vault) == [(vault, False, False), (f"{vault}/inner", False, False)]
    with pytest.raises(KeyMissing):
        place.storage.mount(vault)

    place.storage.unlock(vault, OLD)
    place.storage.unlock(vault, OLD)
    place.storage.mount(vault)
    place.storage.mount(vault)
    assert (place.path(vault) / "file").read_text() == "secret"


def test_a_wrong_key_opens_nothing(place, vault):
    place.storage.lock(vault)
    with pytest.raises(KeyWrong):
        place.storage.unlock(vault, NEW)
    with pytest.raises(KeyWrong):
        place.storage.unlock(vault, HEX)
    assert state(place, vault)[0] == (vault, False, False)


def test_one_in_use_is_not_locked_and_stays_mounted(place, vault):
    file = str(place.path(vault) / "file")
    with place.machine.entered(opened, file), pytest.raises(Busy):
        place.storage.lock(vault)
    assert state(place, vault) == [(vault, True, True), (f"{vault}/inner", True, True)]


def test_only_the_new_key_opens_it_after_a_change(place, vault):
    plan = place.storage.plan_change_key(vault)
    assert f"{vault}/inner" in plan.effects[0]
    place.storage.change_key(vault, HEX)
    place.storage.lock(vault)
    with pytest.raises(KeyWrong):
        place.storage.unlock(vault, OLD)
    with pytest.raises(KeyMissing):
        place.storage.change_key(vault, NEW)
    assert place.storage.plan_change_key(vault) != plan
    place.storage.unlock(vault, HEX)


def test_what_is_no_root_names_the_one_that_is(place, vault):
    with pytest.raises(NotEncryptionRoot, match=vault):
        place.storage.lock(f"{vault}/inner")
    with pytest.raises(NotEncryptionRoot):
        place.storage.unlock(place.dataset("plain"), OLD)
    with pytest.raises(DatasetMissing):
        place.storage.lock(f"{place.pool}/nosuch")


def test_a_key_of_the_wrong_length_makes_nothing(place, vault):
    with pytest.raises(KeyWrong):
        place.storage.create_dataset(f"{place.pool}/short", key=Key(text="short"))
    with pytest.raises(DatasetMissing):
        place.storage.dataset(f"{place.pool}/short")
    assert vault


def test_a_key_stands_in_no_command_and_no_log(place, vault):
    lines = []
    storage = place.on(place.machine.host(on_log=lines.append))
    storage.lock(vault)
    storage.unlock(vault, OLD)
    assert any("load-key" in line for line in lines)
    assert not any("correct" in line for line in lines)
