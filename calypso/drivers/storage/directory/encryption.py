"""No encryption here: everything about keys is refused, each time with the way out."""

from calypso.drivers.storage import Encryption, Key, Unsupported
from calypso.drivers.storage.directory.workshop import Part
from calypso.models.jobtype import Plan


def refuse_key(key: Key | None) -> None:
    """Raise Unsupported when a dataset is to be encrypted."""
    if key is not None:
        raise _unsupported()


class NoEncryption(Part):
    """The verbs about keys."""

    def encryption(self, under: str) -> list[Encryption]:
        """Return nothing: no dataset is encrypted; DatasetMissing."""
        self._shop.existing(under)
        return []

    def unlock(self, name: str, key: Key) -> None:
        """Refuse."""
        del key
        self._refuse(name)

    def lock(self, name: str) -> None:
        """Refuse."""
        self._refuse(name)

    def mount(self, name: str) -> None:
        """Return: a dataset is always in its place; DatasetMissing."""
        self._shop.existing(name)

    def change_key(self, name: str, key: Key) -> None:
        """Refuse."""
        del key
        self._refuse(name)

    def plan_change_key(self, name: str) -> Plan:
        """Refuse."""
        self._shop.existing(name)
        raise _unsupported()

    def _refuse(self, name: str) -> None:
        self._shop.existing(name)
        raise _unsupported()


def _unsupported() -> Unsupported:
    return Unsupported("The directory product encrypts nothing; use ZFS for that.")
