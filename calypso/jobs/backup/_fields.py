"""What the parameters of backup jobs share: names of resources, and where to pick them."""

from collections.abc import Callable, Sequence
from functools import partial

from pydantic import AwareDatetime, Field

from calypso.drivers.backup import Backup, Level
from calypso.models.backup_names import BackupJobName, BackupName
from calypso.models.jobtype import JobParams
from calypso.models.lock import Lock, exclusive, present

JOBS = "backup/jobs"
CLIENTS = "backup/clients"
FILESETS = "backup/filesets"
POOLS = "backup/pools"
RUNS = "backup/runs"
STORAGES = "backup/storages"
VOLUMES = "backup/volumes"


class JobNamed(JobParams):
    """A job of the director."""

    job: BackupJobName = Field(
        description="Job of the director to run.", json_schema_extra={"x-choices": JOBS}
    )

    def locks(self) -> Sequence[Lock]:
        # It must not be removed meanwhile; the director itself says how many runs it has at a time.
        return [present("backup", "job", self.job)]


class JobAsked(JobNamed):
    """The same, and what of it is to be otherwise this time."""

    client: BackupName | None = Field(
        default=None,
        description="Another client than the job's.",
        json_schema_extra={"x-choices": CLIENTS},
    )
    fileset: BackupName | None = Field(
        default=None,
        description="Another fileset than the job's.",
        json_schema_extra={"x-choices": FILESETS},
    )
    level: Level | None = Field(default=None, description="Another level than the job's.")

    def locks(self) -> Sequence[Lock]:
        other = [] if self.client is None else [present("backup", "client", self.client)]
        return [*super().locks(), *other]


class RunAsked(JobAsked):
    """The same with where it is written to, and when."""

    pool: BackupName | None = Field(
        default=None,
        description="Another pool than the job's.",
        json_schema_extra={"x-choices": POOLS},
    )
    storage: BackupName | None = Field(
        default=None,
        description="Another storage than the job's.",
        json_schema_extra={"x-choices": STORAGES},
    )
    next_pool: BackupName | None = Field(
        default=None,
        description="Pool for a virtual full, other than the job or its pool says.",
        json_schema_extra={"x-choices": POOLS},
    )
    at: AwareDatetime | None = Field(
        default=None, description="The director holds the run back until then."
    )
    run_priority: int | None = Field(
        default=None, ge=1, le=1000, description="A lower number goes first among the director's."
    )

    def starter(self, backup: Backup) -> Callable[[str], int]:
        """Return what starts this run, with the comment that it is to bear."""
        return partial(self._start, backup)

    def _start(self, backup: Backup, comment: str) -> int:
        return backup.start(
            self.job,
            comment=comment,
            level=self.level,
            client=self.client,
            fileset=self.fileset,
            pool=self.pool,
            storage=self.storage,
            next_pool=self.next_pool,
            at=self.at,
            priority=self.run_priority,
        )


def volume_lock(volume: str) -> Lock:
    """Have a volume for oneself."""
    return exclusive("backup", "volume", volume)


def storage_lock(storage: str) -> Lock:
    """Have the changer of a storage for oneself."""
    return exclusive("backup", "storage", storage)
