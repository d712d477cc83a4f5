"""Which directive says which field of a resource: the one table for writing and for reading back.

`absent` is what Bacula takes when nothing is said. Source: Bacula 9.6 src/dird/dird_conf.c.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from calypso.models.backup_config import DAY_S
from calypso.models.backup_job import JobKind, JobLevel

CATALOG = "MyCatalog"
MESSAGES = "Standard"  # of jobs


@dataclasses.dataclass(frozen=True)
class Line:
    """A directive for one field."""

    directive: str
    field: str
    absent: Any = None
    # Bacula's for ours; one of ours that is not here is said by saying nothing.
    words: Mapping[str, str] = dataclasses.field(default_factory=dict)
    is_secret: bool = False
    is_zero_silent: bool = False  # 0 is said by saying nothing

    @property
    def key(self) -> str:
        """How the JSON of Bacula's tools names it, in small letters."""
        return key(self.directive)


@dataclasses.dataclass(frozen=True)
class Fixed:
    """A directive that all our resources have alike."""

    directive: str
    value: str | bool
    absent: Any = None

    @property
    def key(self) -> str:
        """How the JSON of Bacula's tools names it, in small letters."""
        return key(self.directive)


def key(directive: str) -> str:
    """Return a directive as it is compared: spaces and capitals mean nothing."""
    return directive.replace(" ", "").casefold()


def _capitalized(*ours: str) -> dict[str, str]:
    return {one: one.capitalize() for one in ours}


CLIENT = (
    Line("Name", "name"),
    Line("Address", "address"),
    Line("FD Port", "port", 9102),
    Line("Password", "password", is_secret=True),
    Fixed("Catalog", CATALOG),
    Line("File Retention", "file_retention_s", 60 * DAY_S),
    Line("Job Retention", "job_retention_s", 180 * DAY_S),
    Line("Auto Prune", "auto_prune", absent=True),
    Line("Maximum Concurrent Jobs", "max_concurrent", 1),
)
POOL = (
    Line("Name", "name"),
    Line(
        "Pool Type",
        "kind",
        words=_capitalized("backup", "copy", "archive", "cloned", "migration", "scratch"),
    ),
    Line("Volume Retention", "volume_retention_s", 365 * DAY_S),
    Line("Maximum Volume Bytes", "max_volume_bytes", 0),
    Line("Maximum Volume Jobs", "max_volume_runs", 0),
    Line("Maximum Volumes", "max_volumes", 0),
    Line("Label Format", "label_format"),
    Line("Recycle", "recycle", absent=True),
    Line("Auto Prune", "auto_prune", absent=True),
    Line("Next Pool", "next_pool"),
    Line("Storage", "storage"),
    Line("Action On Purge", "action_on_purge", "none", words=_capitalized("truncate")),
)
STORAGE = (
    Line("Name", "name"),
    Line("Address", "address"),
    Line("SD Port", "port", 9103),
    Line("Password", "password", is_secret=True),
    Line("Device", "device"),
    Line("Media Type", "media_type"),
    Line("Autochanger", "autochanger", absent=False),
    Line("Maximum Concurrent Jobs", "max_concurrent", 10),
)
JOB = (
    Line("Name", "name"),
    Line("Type", "kind", words=_capitalized(*JobKind)),
    Line(
        "Level",
        "level",
        words={level.value: level.title().replace("_", "") for level in JobLevel}
        | {
            JobLevel.VOLUME_TO_CATALOG.value: "VolumeToCatalog",
            JobLevel.DISK_TO_CATALOG.value: "DiskToCatalog",
        },
    ),
    Line("Client", "client"),
    Line("FileSet", "fileset"),
    Line("Storage", "storage"),
    Line("Pool", "pool"),
    Line("Next Pool", "next_pool"),
    Fixed("Messages", MESSAGES),
    Line("Priority", "priority", 10),
    Line("Accurate", "accurate", absent=False),
    Fixed("Reschedule Incomplete Jobs", value=False, absent=True),
    Line("Maximum Concurrent Jobs", "max_concurrent", 1),
    Line("Maximum Bandwidth", "max_bytes_per_s", 0, is_zero_silent=True),
    Line("Spool Data", "spool_data", absent=False),
    Line("Enabled", "enabled", absent=True),
    Line("Where", "where"),
    Line(
        "Selection Type",
        "selection",
        words={
            "job": "Job",
            "client": "Client",
            "volume": "Volume",
            "smallest_volume": "SmallestVolume",
            "oldest_volume": "OldestVolume",
            "uncopied": "PoolUncopiedJobs",
        },
    ),
    Line("Selection Pattern", "selection_pattern"),
)
SIGNATURES = {one: one.upper() for one in ("md5", "sha1", "sha256", "sha512")}
COMPRESSIONS = {one: one.upper() for one in ("lzo", *(f"gzip{level}" for level in range(1, 10)))}
COMPRESSIONS["gzip6"] = "GZIP"  # what that is, and what the tools call it
OPTIONS = (
    Line("Signature", "signature", "none", words=SIGNATURES),
    Line("Compression", "compression", "none", words=COMPRESSIONS),
    Line("One FS", "one_fs", absent=True),
    Line("Sparse", "sparse", absent=False),
    Line("ACL Support", "acls", absent=False),
    Line("XATTR Support", "xattrs", absent=False),
    Line("No Atime", "no_atime", absent=False),
    # What a verify of the disk compares: modes, owners, sizes and the checksum, whichever it is.
    # Bacula's default is nothing.
    Fixed("Verify", "pugs1"),
)
