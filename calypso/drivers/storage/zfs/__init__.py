"""OpenZFS 2.1 to 2.4, spoken to through `zfs` and `zpool`."""

from calypso.drivers.storage.zfs.driver import ZfsStorage

__all__ = ["ZfsStorage"]
