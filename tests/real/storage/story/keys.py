"""Encrypted datasets: locked, unlocked, given another key, sent as they are."""

import pytest

from calypso.drivers.storage import Key, SendOptions, StorageError
from tests.lab import inside
from tests.real.storage.story.teller import Teller, quiet

OLD, NEW, WRONG = Key(text="correct horse"), Key(text="battery staple"), Key(text="no such horse")


class KeyStory(Teller):
    """What happens to one encrypted dataset and what is below it."""

    def tell(self):
        self.mirror(0, 1)
        self.make()
        self.refuse()
        self.send_raw()

    def make(self):
        zfs = self.zfs
        zfs.create_dataset("tank/plain")
        zfs.create_dataset("tank/e", key=OLD)
        zfs.create_dataset("tank/e/in")
        zfs.create_snapshot("tank/e", "one")
        zfs.encryption("tank")
        zfs.lock("tank/e")
        zfs.encryption("tank/e")
        zfs.unlock("tank/e", OLD)
        zfs.mount("tank/e")
        zfs.mount("tank/e")
        zfs.change_key("tank/e", NEW)
        zfs.encryption("tank/e/in")

    def refuse(self):
        zfs = self.zfs
        with self.guest.entered(inside.working_in, "/mnt/tank/e"), pytest.raises(StorageError):
            zfs.lock("tank/e")
        zfs.lock("tank/e")
        for refused in (
            lambda: zfs.unlock("tank/e", WRONG),
            lambda: zfs.mount("tank/e"),
            lambda: zfs.unlock("tank/e/in", NEW),
            lambda: zfs.unlock("tank/plain", NEW),
            lambda: zfs.create_dataset("tank/e/new"),
            lambda: zfs.change_key("tank/e", OLD),
            lambda: zfs.create_dataset("tank/short", key=Key(text="short")),
        ):
            with pytest.raises(StorageError):
                refused()

    def send_raw(self):
        """The key is not there, and is not needed."""
        raw = SendOptions(raw=True)
        self.zfs.send("tank/e@one", "tank/r", options=raw, on_bytes=quiet, timeout_s=300)
        with pytest.raises(StorageError):
            self.zfs.send("tank/e@one", "tank/open", on_bytes=quiet, timeout_s=300)
        self.zfs.encryption("tank/r")
