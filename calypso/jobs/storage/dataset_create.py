"""Make a filesystem or a volume."""

from collections.abc import Mapping, Sequence

from pydantic import Field, SecretStr

from calypso.drivers.storage import Key, KeyFormat, Storage
from calypso.models.jobtype import Cancel, JobParams, JobResult, job
from calypso.models.lock import Lock, exclusive
from calypso.models.names import DatasetName, PropertyName, PropertyValue
from calypso.models.running import RunningJob
from calypso.models.secret import SecretRef


class Params(JobParams):
    """The new dataset."""

    dataset: DatasetName = Field(description="Full name of the new dataset.")
    size_bytes: int | None = Field(
        default=None, ge=1 << 20, le=1 << 60, description="Size of a volume; empty: a filesystem."
    )
    parents: bool = Field(default=False, description="Also make the datasets above that miss.")
    properties: Mapping[PropertyName, PropertyValue] = Field(
        default_factory=dict, description="Properties, such as compression or quota."
    )

    encryption_key: SecretRef | None = Field(
        default=None, description="Encrypt it by this key, stored as a secret."
    )
    key_format: KeyFormat = Field(
        default=KeyFormat.PASSPHRASE, description="How the key is written."
    )

    def locks(self) -> Sequence[Lock]:
        return [exclusive("storage", self.dataset)]

    def title(self) -> str:
        return f"Create {'filesystem' if self.size_bytes is None else 'volume'} {self.dataset}"


class Result(JobResult):
    """The dataset as it stands."""

    dataset: str
    mountpoint: str | None


@job(
    "storage.dataset_create",
    driver=Storage,
    permission="storage:configure",
    timeout_s=600,
    cancel=Cancel.BEFORE_START,
)
def create_dataset(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Make a filesystem or a volume."""
    running.report(phase="creating")
    dataset = storage.create_dataset(
        params.dataset,
        size_bytes=params.size_bytes,
        parents=params.parents,
        properties=params.properties,
        key=_key(params, running),
    )
    return Result(dataset=dataset.name, mountpoint=dataset.mountpoint)


def _key(params: Params, running: RunningJob) -> Key | None:
    if params.encryption_key is None:
        return None
    return Key(
        format=params.key_format, text=SecretStr(running.secret(params.encryption_key.secret))
    )
