"""Storage in plain directories: no ZFS, no root. For trying Calypso and for tests.

Datasets are directories; snapshots are sealed copies, sharing blocks where the file system can.
There are no volumes and no clones. A snapshot is not of one instant: what is written while it is
taken is in it or not, file by file.
"""

from calypso.drivers.storage.directory.driver import DirectoryStorage

__all__ = ["DirectoryStorage"]
