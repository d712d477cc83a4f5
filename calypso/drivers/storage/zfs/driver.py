"""OpenZFS as the storage protocol knows it."""

from calypso.drivers.storage.zfs import dialect
from calypso.drivers.storage.zfs.access import Files
from calypso.drivers.storage.zfs.clones import Clones
from calypso.drivers.storage.zfs.comparing import Comparing
from calypso.drivers.storage.zfs.features import Features
from calypso.drivers.storage.zfs.growing import Growing
from calypso.drivers.storage.zfs.imports import Imports
from calypso.drivers.storage.zfs.keys import Keys
from calypso.drivers.storage.zfs.properties import Properties
from calypso.drivers.storage.zfs.replacing import Replacing
from calypso.drivers.storage.zfs.scrubs import Scrubs
from calypso.drivers.storage.zfs.self_tests import SelfTests
from calypso.drivers.storage.zfs.sweeps import Sweeps
from calypso.drivers.storage.zfs.transfer import Transfers
from calypso.drivers.storage.zfs.wiping import Wiping
from calypso.models.inventory import Capability


class ZfsStorage(
    Transfers, Comparing, Clones, Keys, Properties, Files,
    Imports, Features, Scrubs, Replacing, Growing, Sweeps, Wiping,
    SelfTests,
):  # fmt: skip
    """Satisfies `Storage` with OpenZFS 2.1 to 2.4. Opening it runs nothing.

    The verbs stand in a file for each thing they act on, each on top of the one it needs.
    `docs/zfs-argv.md` lists every command it can run.
    """

    def probe(self) -> Capability:
        """Tell what product this is, whether it can be used, and what it can do."""
        return dialect.capability(self._host)
