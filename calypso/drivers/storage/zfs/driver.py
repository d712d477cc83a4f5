"""OpenZFS as the storage protocol knows it."""

from calypso.drivers.storage.zfs import dialect
from calypso.drivers.storage.zfs.access import Files
from calypso.drivers.storage.zfs.clones import Clones
from calypso.drivers.storage.zfs.comparing import Comparing
from calypso.drivers.storage.zfs.keys import Keys
from calypso.drivers.storage.zfs.properties import Properties
from calypso.drivers.storage.zfs.transfer import Transfers
from calypso.models.inventory import Capability


class ZfsStorage(Transfers, Comparing, Clones, Keys, Properties, Files):
    """Satisfies `Storage` with OpenZFS 2.1 to 2.4. Opening it runs nothing.

    The verbs stand in a file for each thing they act on, each on top of the one it needs.
    `docs/zfs-argv.md` lists every command it can run.
    """

    def probe(self) -> Capability:
        """Tell what product this is, whether it can be used, and what it can do."""
        return dialect.capability(self._host)
