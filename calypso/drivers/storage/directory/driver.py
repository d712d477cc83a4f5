"""The storage protocol over plain directories, put together from its parts."""

import platform
from pathlib import Path

from calypso.drivers.storage.directory.clones import Clones
from calypso.drivers.storage.directory.diskless import Diskless
from calypso.drivers.storage.directory.encryption import NoEncryption
from calypso.drivers.storage.directory.imports import Imports
from calypso.drivers.storage.directory.properties import Properties
from calypso.drivers.storage.directory.scans import Scrubs
from calypso.drivers.storage.directory.transfer import Transfers
from calypso.drivers.storage.directory.workshop import Workshop
from calypso.host import Host
from calypso.models.inventory import Capability


class DirectoryStorage(Imports, Clones, Properties, NoEncryption, Transfers, Scrubs, Diskless):
    """Satisfies `Storage`. Every long step is a child process that a cancel may kill at any point.

    `state` is a folder on this node that lists its pools. Several processes may use it at once.
    """

    def __init__(self, host: Host, state: Path) -> None:
        super().__init__(Workshop(host, state))

    def probe(self) -> Capability:
        """Tell that this is for trying and for tests."""
        return Capability(
            product="directory",
            version=f"Python {platform.python_version()}",
            available=True,
            production=False,
            reason="Directories instead of ZFS: for trying Calypso, not for production.",
            how_to_install="For ZFS: apt-get install zfsutils-linux zfs-dkms (Debian: contrib).",
            features={
                "volumes": False,
                "resume": False,
                "clones": False,
                "encryption": False,
                "instant_snapshots": False,
            },
        )
