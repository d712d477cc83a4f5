"""What the appliance configures a backup product with: clients, filesets, pools, storages, jobs.

Nouns only: rendering makes texts of them, and reads them back. A password is a name in the secret
store. What a text leaves to Bacula's defaults is decided here, so that all of it is written down.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, Self

from pydantic import Field, model_validator

from calypso.models.backup_job import JobResource
from calypso.models.backup_names import (
    BackupName,
    BackupResource,
    Bytes,
    DaemonAddress,
    DeviceName,
    DurationS,
    FilesetPath,
    FilesetPattern,
    FolderPath,
    LabelPrefix,
    Port,
)
from calypso.models.names import SecretName

DAY_S = 86400
MIN_VOLUME_BYTES = 1_000_000  # Bacula 15 refuses less

Signature = Literal["none", "md5", "sha1", "sha256", "sha512"]
Compression = Literal[
    "none", "lzo", "gzip1", "gzip2", "gzip3", "gzip4", "gzip5", "gzip6", "gzip7", "gzip8", "gzip9"
]
PoolKind = Literal["backup", "copy", "archive", "cloned", "migration", "scratch"]


class ClientResource(BackupResource):
    """A machine whose file daemon the director speaks to."""

    name: BackupName = Field(description="Name of the client.")
    address: DaemonAddress = Field(description="Host name or address of its file daemon.")
    port: Port = Field(default=9102, description="TCP port of its file daemon.")
    password: SecretName = Field(description="Secret that holds its password.")
    file_retention_s: DurationS = Field(
        default=60 * DAY_S, description="Names of files stay in the catalog this long."
    )
    job_retention_s: DurationS = Field(
        default=180 * DAY_S, description="Runs stay in the catalog this long."
    )
    auto_prune: bool = Field(default=False, description="Prune after each run of this client.")
    max_concurrent: int = Field(default=4, ge=1, le=1000, description="Runs at a time.")


class FilesetResource(BackupResource):
    """What of a client is backed up."""

    name: BackupName = Field(description="Name of the fileset.")
    include: tuple[FilesetPath, ...] = Field(min_length=1, description="Folders and files to take.")
    exclude: tuple[FilesetPath, ...] = Field(
        default=(), description="Paths to leave out; `*`, `?` and `[` match as in a shell."
    )
    exclude_patterns: tuple[FilesetPattern, ...] = Field(
        default=(), description="Patterns of paths to leave out; `*` goes across `/`."
    )
    signature: Signature = Field(default="sha1", description="Checksum kept of each file.")
    compression: Compression = Field(default="none", description="Done by the client.")
    one_fs: bool = Field(default=True, description="Do not go down into other filesystems.")
    sparse: bool = Field(default=False, description="Leave out blocks of zeros.")
    acls: bool = Field(default=True, description="Take access lists along.")
    xattrs: bool = Field(default=True, description="Take extended attributes along.")
    no_atime: bool = Field(default=False, description="Leave access times as they are.")


class PoolResource(BackupResource):
    """Volumes that are used alike."""

    name: BackupName = Field(description="Name of the pool.")
    kind: PoolKind = Field(default="backup", description="What its volumes are for.")
    volume_retention_s: DurationS = Field(
        default=365 * DAY_S, description="A full volume is not written over before."
    )
    max_volume_bytes: Bytes = Field(default=0, description="0: no limit.")
    max_volume_runs: int = Field(default=0, ge=0, lt=1 << 31, description="0: no limit.")
    max_volumes: int = Field(default=0, ge=0, lt=1 << 31, description="0: no limit.")
    label_format: LabelPrefix | None = Field(
        default=None, description="New volumes are labelled with it and a number; none by default."
    )
    recycle: bool = Field(default=True, description="Write over volumes that were purged.")
    auto_prune: bool = Field(default=True, description="Prune when no volume is free.")
    next_pool: BackupName | None = Field(
        default=None, description="Where copies, migrations and virtual fulls go."
    )
    storage: BackupName | None = Field(
        default=None,
        description="Where its volumes are; needed by one that is the next of another.",
    )
    action_on_purge: Literal["none", "truncate"] = Field(
        default="truncate", description="What may be done to a purged volume."
    )

    @model_validator(mode="after")
    def _a_volume_has_room(self) -> Self:
        if 0 < self.max_volume_bytes < MIN_VOLUME_BYTES:
            raise ValueError(f"a volume takes {MIN_VOLUME_BYTES} bytes at least; 0: no limit")
        return self


class StorageResource(BackupResource):
    """Where a storage daemon writes: one drive, or an autochanger of several."""

    name: BackupName = Field(description="Name of the storage.")
    address: DaemonAddress = Field(description="Host name or address of its storage daemon.")
    port: Port = Field(default=9103, description="TCP port of its storage daemon.")
    password: SecretName = Field(description="Secret that holds its password.")
    device: DeviceName = Field(description="Device or autochanger of the storage daemon.")
    media_type: BackupName = Field(description="Volumes of the same type fit its drives.")
    autochanger: bool = Field(default=False, description="The device is an autochanger.")
    drives: int = Field(default=1, ge=1, le=64, description="Drives of the autochanger.")
    max_concurrent: int = Field(default=1, ge=1, le=1000, description="Runs at a time.")
    directory: FolderPath | None = Field(
        default=None, description="Volumes are files in this folder; none: configured elsewhere."
    )

    @model_validator(mode="after")
    def _one_drive_needs_no_changer(self) -> Self:
        if self.drives > 1 and not self.autochanger:
            raise ValueError("several drives need `autochanger`")
        return self


# Where the resources of a kind stand in a configuration.
PLACES = {
    "client": "clients",
    "fileset": "filesets",
    "pool": "pools",
    "storage": "storages",
    "job": "jobs",
}


class BackupConfig(BackupResource):
    """All resources of a director, or those of it that are ours."""

    clients: tuple[ClientResource, ...] = Field(default=(), description="Machines.")
    filesets: tuple[FilesetResource, ...] = Field(default=(), description="What is backed up.")
    pools: tuple[PoolResource, ...] = Field(default=(), description="Volumes that are used alike.")
    storages: tuple[StorageResource, ...] = Field(default=(), description="Where is written.")
    jobs: tuple[JobResource, ...] = Field(default=(), description="What the director can run.")

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        for kind, named in self.by_kind().items():
            names = [resource.name for resource in named]
            if double := {name for name in names if names.count(name) > 1}:
                raise ValueError(f"{kind} named twice: {', '.join(sorted(double))}")
        return self

    def by_kind(self) -> dict[str, Sequence["Resource"]]:
        """Return the resources under the name of their kind."""
        return {kind: getattr(self, place) for kind, place in PLACES.items()}


Resource = ClientResource | FilesetResource | PoolResource | StorageResource | JobResource


def references(config: BackupConfig) -> Iterator[tuple[str, str, str]]:
    """Return (kind, name, who names it) of each resource that another one names."""
    wanted = [("pool", pool.next_pool, f"pool {pool.name}") for pool in config.pools]
    wanted += [("storage", pool.storage, f"pool {pool.name}") for pool in config.pools]
    for job in config.jobs:
        wanted += [
            ("client", job.client, f"job {job.name}"),
            ("fileset", job.fileset, f"job {job.name}"),
            ("storage", job.storage, f"job {job.name}"),
            ("pool", job.pool, f"job {job.name}"),
            ("pool", job.next_pool, f"job {job.name}"),
        ]
    return ((kind, name, who) for kind, name, who in wanted if name is not None)


def missing_references(config: BackupConfig) -> Iterator[str]:
    """Tell which names a resource holds that no other one of the configuration has."""
    known = {kind: {one.name for one in named} for kind, named in config.by_kind().items()}
    for kind, name, who in references(config):
        if name not in known[kind]:
            yield f"{who} names the {kind} {name}, which there is not"


def secrets_of(config: BackupConfig) -> list[str]:
    """Return the names of the secrets that hold its passwords, each once."""
    clients, storages = config.clients, config.storages
    return sorted({one.password for one in clients} | {one.password for one in storages})
