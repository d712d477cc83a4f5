"""The part of the driver that is about encrypted datasets and their keys."""

from collections.abc import Sequence
from contextlib import suppress

from calypso.drivers.storage import (
    Encryption,
    Key,
    KeyMissing,
    NotEncryptionRoot,
    StorageError,
)
from calypso.drivers.storage.zfs import reading
from calypso.drivers.storage.zfs.datasets import Datasets
from calypso.drivers.storage.zfs.names import refuse_dataset
from calypso.drivers.storage.zfs.prompt import key_options, key_text
from calypso.drivers.storage.zfs.refusals import KeyLoaded, KeyUnloaded, MountedAlready
from calypso.models.jobtype import Plan

ASKED = "encryptionroot,keystatus,mounted,canmount,mountpoint"


class Keys(Datasets):
    """Encryption: which dataset is opened by whose key, and the keys themselves."""

    def encryption(self, under: str) -> list[Encryption]:
        """List encrypted datasets, `under` and everything below it, by name; DatasetMissing."""
        refuse_dataset(under)
        options = ("-Hp", "-r", "-t", "filesystem,volume", "-o", reading.ENCRYPTION_COLUMNS)
        return reading.encryption(self._read("zfs", "get", *options, ASKED, under))

    def unlock(self, name: str, key: Key) -> None:
        """Give a dataset its key; one that is unlocked already is fine. Mounts nothing."""
        if self._root(name).is_unlocked:
            return
        with suppress(KeyLoaded):
            self._do("zfs", "load-key", "-L", "prompt", name, stdin=key_text(key))
        if not self._root(name).is_unlocked:
            raise StorageError(f"zfs says that the key of {name} is loaded, but it is not.")

    def lock(self, name: str) -> None:
        """Unmount a dataset and all below it, and forget its key; Busy leaves all mounted."""
        if not self._root(name).is_unlocked:
            return
        with self._idle(self._tree(name)), suppress(KeyUnloaded):
            self._do("zfs", "unload-key", name)
        if self._root(name).is_unlocked:
            raise StorageError(f"zfs says that the key of {name} is forgotten, but it is not.")

    def mount(self, name: str) -> None:
        """Mount a filesystem; one that is mounted already is fine; KeyMissing."""
        refuse_dataset(name)
        with suppress(MountedAlready):
            self._do("zfs", "mount", name)
        if not self._whole(name).is_mounted:
            raise StorageError(f"zfs says that {name} is mounted, but it is not.")

    def change_key(self, name: str, key: Key) -> None:
        """Replace the key of an unlocked dataset: the old one opens it no more; KeyMissing."""
        if not self._root(name).is_unlocked:
            raise KeyMissing(f"{name} is locked. Unlock it with its present key first.")
        self._do("zfs", "change-key", *key_options(key), name, stdin=key_text(key))
        self._see_key(name, key)

    def _see_key(self, name: str, key: Key) -> None:
        """See that a key opens a dataset, without opening it."""
        self._do("zfs", "load-key", "-n", "-L", "prompt", name, stdin=key_text(key))

    def plan_change_key(self, name: str) -> Plan:
        """Say which datasets the new key will be needed for; DatasetMissing."""
        root = self._root(name)
        opened = [one.dataset for one in self.encryption(name) if one.root == name]
        effects = [f"The present key no longer opens {', '.join(opened)}."]
        effects.append("Copies that were replicated raw keep the key they were sent with.")
        if not root.is_unlocked:
            effects.append(f"It will be refused: {name} is locked. Unlock it first.")
        return Plan(
            commands=[["zfs", "change-key", "-o", "keylocation=prompt", name]],
            effects=effects,
            destroys=[f"the present key of {name}"],
        )

    def _root(self, name: str) -> Encryption:
        """Return how a dataset with a key of its own stands; NotEncryptionRoot."""
        found = _named(name, self.encryption(name))
        if found is None:
            self.dataset(name)
            raise NotEncryptionRoot(f"{name} is not encrypted.")
        if not found.is_root:
            raise NotEncryptionRoot(
                f"{name} is opened by the key of {found.root}. Do it with that dataset."
            )
        return found


def _named(name: str, listed: Sequence[Encryption]) -> Encryption | None:
    return next((one for one in listed if one.dataset == name), None)
