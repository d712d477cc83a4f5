"""What a storage product does with encrypted datasets."""

from typing import Protocol

from calypso.drivers.storage.values import Encryption, Key
from calypso.models.jobtype import Plan


class EncryptionVerbs(Protocol):
    """Acts on keys. A key goes to the product's standard input, never on a command line."""

    def encryption(self, under: str) -> list[Encryption]:
        """List encrypted datasets, `under` and everything below it, by name; DatasetMissing."""

    def unlock(self, name: str, key: Key) -> None:
        """Give a dataset its key; one that is unlocked already is fine.

        KeyWrong; NotEncryptionRoot for one that is opened by another dataset's key.
        """

    def lock(self, name: str) -> None:
        """Unmount a dataset and all below it, and forget its key; Busy before anything is done."""

    def mount(self, name: str) -> None:
        """Mount a filesystem; one that is mounted already is fine; KeyMissing."""

    def change_key(self, name: str, key: Key) -> None:
        """Replace the key of an unlocked dataset: the old one opens it no more; KeyMissing."""

    def plan_change_key(self, name: str) -> Plan:
        """Say which datasets the new key will be needed for; DatasetMissing."""
