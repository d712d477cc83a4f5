"""The catalog itself: dumps of it, what is wrong in it, and the statistics it keeps."""

from datetime import datetime

from calypso.drivers.backup.values import Value


class CatalogDump(Value):
    """A dump of the whole catalog, as of one moment. `path`: on the node that made it."""

    name: str
    path: str
    bytes: int
    made_at: datetime


class CatalogFinding(Value):
    """Records of one sort that something is wrong with, or that are of no use."""

    what: str
    records: int


class Statistics(Value):
    """Ended runs that are kept for statistics alone; None: there are none."""

    runs: int
    oldest_at: datetime | None
