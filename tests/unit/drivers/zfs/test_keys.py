"""Keys: told on standard input and nowhere else, and seen to open or to be forgotten."""

import pytest

from calypso.drivers.storage import (
    Busy,
    Key,
    KeyFormat,
    KeyMissing,
    KeyWrong,
    NotEncryptionRoot,
    StorageError,
)
from tests.unit.drivers.zfs import scenarios
from tests.unit.drivers.zfs.scenarios import ENCRYPTION, KEY_OPTIONS, LOAD_KEY, key, silent
from tests.unit.drivers.zfs.test_scenarios import changes

LOCKED, UNLOCKED = "encryption-tank-e-locked.txt", "encryption-tank-e-unlocked.txt"


def stands(host, *recordings):
    for one in recordings:
        host.answer([*ENCRYPTION, "tank/e"], one)


@pytest.mark.parametrize(
    "act", [scenarios.create_encrypted, scenarios.unlock, scenarios.change_key]
)
def test_a_key_is_told_on_standard_input_and_in_no_command(host, storage, act):
    act(host, storage)
    told = [text for text in host.inputs if text is not None]
    assert told
    assert set(told) <= {"correct horse\n", "new battery staple\n"}
    assert not any(text.strip() in " ".join(argv) for argv in host.asked for text in told)


def test_a_key_is_not_printed():
    assert "correct" not in repr(key()) + str(key())


def test_who_is_opened_by_whom_is_told(host, storage):
    found = scenarios.encryption(host, storage)
    assert [(one.dataset, one.root, one.is_root, one.is_unlocked) for one in found] == [
        ("tank/e", "tank/e", True, True),
        ("tank/e/in", "tank/e", False, True),
        ("tank/e/own", "tank/e/own", True, False),
    ]


def test_one_that_is_unlocked_is_not_unlocked_again(host, storage):
    stands(host, UNLOCKED)
    storage.unlock("tank/e", key())
    assert changes(host) == []


def test_a_wrong_key_opens_nothing(host, storage):
    stands(host, LOCKED)
    host.answer(LOAD_KEY, "411-load-key-wrong.txt")
    with pytest.raises(KeyWrong, match="tank/e"):
        storage.unlock("tank/e", key())


def test_a_key_that_somebody_else_gave_this_moment_is_fine(host, storage):
    stands(host, LOCKED, UNLOCKED)
    host.answer(LOAD_KEY, "404-load-key-loaded.txt")
    storage.unlock("tank/e", key())


def test_what_stays_locked_is_an_error(host, storage):
    stands(host, LOCKED)
    silent(host, LOAD_KEY)
    with pytest.raises(StorageError, match="it is not"):
        storage.unlock("tank/e", key())


def test_a_dataset_without_a_key_of_its_own_names_the_one_that_has(host, storage):
    host.answer([*ENCRYPTION, "tank/e/in"], "encryption-tank-e-in.txt")
    with pytest.raises(NotEncryptionRoot, match="the key of tank/e"):
        storage.unlock("tank/e/in", key())
    host.answer([*ENCRYPTION, "tank/d1"], "encryption-tank-d1.txt")
    with pytest.raises(NotEncryptionRoot, match="not encrypted"):
        storage.lock("tank/d1")


def test_a_tree_is_unmounted_from_below_before_its_key_is_forgotten(host, storage):
    scenarios.lock(host, storage)
    assert changes(host) == [
        "zfs unmount tank/e/in",
        "zfs unmount tank/e",
        "zfs unload-key tank/e",
    ]


def test_one_in_use_stays_unlocked_and_is_mounted_again(host, storage):
    stands(host, UNLOCKED)
    silent(host, "zfs unmount tank/e/in", "zfs unmount tank/e")
    silent(host, "zfs mount tank/e", "zfs mount tank/e/in")
    host.answer(["zfs", "unload-key", "tank/e"], "406-unload-key-busy.txt")
    with pytest.raises(Busy):
        storage.lock("tank/e")
    assert changes(host)[-2:] == ["zfs mount tank/e", "zfs mount tank/e/in"]


def test_one_that_is_locked_is_not_locked_again(host, storage):
    stands(host, LOCKED)
    storage.lock("tank/e")
    assert changes(host) == []


def test_one_that_somebody_else_locked_this_moment_is_fine(host, storage):
    scenarios.lock(host, storage)
    stands(host, UNLOCKED, LOCKED)
    host.answer(["zfs", "unload-key", "tank/e"], "409-unload-key-unloaded.txt")
    storage.lock("tank/e")


def test_the_key_of_a_locked_dataset_cannot_change(host, storage):
    stands(host, LOCKED)
    with pytest.raises(KeyMissing, match="Unlock it"):
        storage.change_key("tank/e", key())
    assert changes(host) == []


def test_a_new_key_is_tried_before_it_is_relied_on(host, storage):
    scenarios.change_key(host, storage)
    assert changes(host) == [
        f"zfs change-key {KEY_OPTIONS} tank/e",
        "zfs load-key -n -L prompt tank/e",
    ]


def test_a_key_too_short_is_wrong(host, storage):
    stands(host, UNLOCKED)
    argv = f"zfs change-key {KEY_OPTIONS} tank/e".split()
    host.answer(argv, "417-change-key-short.txt")
    with pytest.raises(KeyWrong, match="too short"):
        storage.change_key("tank/e", key("short"))


@pytest.mark.parametrize(
    ("format_", "text"),
    [
        (KeyFormat.PASSPHRASE, "two\nlines"),
        (KeyFormat.PASSPHRASE, "nul\0inside"),
        (KeyFormat.HEX, "ab" * 31),
        (KeyFormat.HEX, "xy" * 32),
    ],
)
def test_what_cannot_be_a_key_is_refused_before_it_is_told(host, storage, format_, text):
    with pytest.raises(KeyWrong) as refused:
        storage.create_dataset("tank/e", key=Key(format=format_, text=text))
    assert text not in str(refused.value)
    assert host.asked == []


def test_a_plan_names_all_that_needs_the_new_key(host, storage):
    plan = scenarios.plan_change_key(host, storage)
    assert "tank/e, tank/e/in" in plan.effects[0]
    stands(host, LOCKED)
    host2 = scenarios.make_host()
    host2.answer([*ENCRYPTION, "tank/e"], LOCKED)
    told = type(storage)(host2).plan_change_key("tank/e")
    assert "It will be refused" in told.effects[-1]


def test_a_locked_filesystem_cannot_be_mounted(host, storage):
    host.answer(["zfs", "mount", "tank/d1"], "410-mount-locked.txt")
    with pytest.raises(KeyMissing):
        storage.mount("tank/d1")


def test_one_that_is_mounted_is_fine(host, storage):
    host.answer(["zfs", "mount", "tank/d1"], "407-mount-mounted.txt")
    storage.mount("tank/d1")


def test_one_that_is_not_mounted_afterwards_is_an_error(host, storage):
    silent(host, "zfs mount tank/legacy")
    host.answer([*scenarios.LIST, "tank/legacy"], "dataset-tank.txt")
    with pytest.raises(StorageError, match="is mounted, but"):
        storage.mount("tank/legacy")
