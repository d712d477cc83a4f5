"""What every backup product can do, the values it speaks in, and how it refuses.

A job is what the director is told to do, a run one time that it does so; runs go by number. The
product runs on its own: what it was asked for goes on when we are gone, and is found again by the
comment it bears.
"""

from typing import Protocol

from calypso.drivers.backup.catalog_values import CatalogDump, CatalogFinding, Statistics
from calypso.drivers.backup.config_values import ConfigState, Drift, Standing
from calypso.drivers.backup.director_refusals import (
    CatalogDown,
    ConfigurationRefused,
    DirectorAsked,
    DirectorDown,
    DirectorSilent,
    DirectorUnauthorized,
    DirectorUnreadable,
    ProductMissing,
)
from calypso.drivers.backup.file_values import FileEntry, FileKind, FileVersion, SampledFile
from calypso.drivers.backup.refusals import (
    BackupError,
    BackupJobMissing,
    BackupPoolMissing,
    BadName,
    CatalogInUse,
    ClientDown,
    ClientMissing,
    FilesDiffer,
    FilesetMissing,
    NextPoolMissing,
    NothingToRestore,
    OutOfSpace,
    PasswordRefused,
    RunMissing,
    RunNotLive,
    StorageDown,
    StorageMissing,
    Unsupported,
    VolumeExists,
    VolumeFaulty,
    VolumeInUse,
    VolumeMissing,
)
from calypso.drivers.backup.run_values import (
    Copied,
    Estimate,
    LiveRun,
    LogLine,
    Replace,
    RestoreSpec,
    Run,
    RunFilter,
    RunState,
)
from calypso.drivers.backup.values import (
    BackupJob,
    BackupPool,
    BackupStorage,
    Client,
    Level,
    RunKind,
    SlotsUpdate,
    Volume,
    VolumePlan,
    VolumeState,
)
from calypso.drivers.backup.verbs.catalog import CatalogVerbs
from calypso.drivers.backup.verbs.configuration import ConfigVerbs
from calypso.drivers.backup.verbs.files import FileVerbs
from calypso.drivers.backup.verbs.history import HistoryVerbs
from calypso.drivers.backup.verbs.restores import RestoreVerbs
from calypso.drivers.backup.verbs.runs import RunVerbs
from calypso.drivers.backup.verbs.volumes import VolumeVerbs
from calypso.models.inventory import Capability

__all__ = [
    "Backup",
    "BackupError",
    "BackupJob",
    "BackupJobMissing",
    "BackupPool",
    "BackupPoolMissing",
    "BackupStorage",
    "BadName",
    "CatalogDown",
    "CatalogDump",
    "CatalogFinding",
    "CatalogInUse",
    "Client",
    "ClientDown",
    "ClientMissing",
    "ConfigState",
    "ConfigurationRefused",
    "Copied",
    "DirectorAsked",
    "DirectorDown",
    "DirectorSilent",
    "DirectorUnauthorized",
    "DirectorUnreadable",
    "Drift",
    "Estimate",
    "FileEntry",
    "FileKind",
    "FileVersion",
    "FilesDiffer",
    "FilesetMissing",
    "Level",
    "LiveRun",
    "LogLine",
    "NextPoolMissing",
    "NothingToRestore",
    "OutOfSpace",
    "PasswordRefused",
    "ProductMissing",
    "Replace",
    "RestoreSpec",
    "Run",
    "RunFilter",
    "RunKind",
    "RunMissing",
    "RunNotLive",
    "RunState",
    "SampledFile",
    "SlotsUpdate",
    "Standing",
    "Statistics",
    "StorageDown",
    "StorageMissing",
    "Unsupported",
    "Volume",
    "VolumeExists",
    "VolumeFaulty",
    "VolumeInUse",
    "VolumeMissing",
    "VolumePlan",
    "VolumeState",
]


class Backup(
    RunVerbs,
    RestoreVerbs,
    FileVerbs,
    VolumeVerbs,
    HistoryVerbs,
    CatalogVerbs,
    ConfigVerbs,
    Protocol,
):
    """One backup product, reached from one node."""

    def probe(self) -> Capability:
        """Tell what product this is, whether it can be used, and what it can do."""
