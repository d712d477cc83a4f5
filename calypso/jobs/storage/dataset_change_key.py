"""Change the key of an encrypted dataset."""

from collections.abc import Sequence

from pydantic import Field, SecretStr

from calypso.drivers.storage import Key, KeyFormat, Storage
from calypso.models.jobtype import Cancel, JobParams, NoResult, Plan, job
from calypso.models.lock import Lock, exclusive
from calypso.models.names import DatasetName
from calypso.models.running import RunningJob
from calypso.models.secret import SecretRef


class Params(JobParams):
    """Which dataset, and its new key."""

    dataset: DatasetName = Field(
        description="Dataset whose key changes; it must be unlocked.",
        json_schema_extra={"x-choices": "storage/datasets"},
    )
    encryption_key: SecretRef = Field(description="The new key, stored as a secret.")
    key_format: KeyFormat = Field(
        default=KeyFormat.PASSPHRASE, description="How the key is written."
    )

    def locks(self) -> Sequence[Lock]:
        return [exclusive("storage", self.dataset)]

    def title(self) -> str:
        return f"Change the key of {self.dataset}"


def plan(params: Params, storage: Storage) -> Plan:
    """Return what the present key no longer opens."""
    return storage.plan_change_key(params.dataset)


@job(
    "storage.dataset_change_key",
    driver=Storage,
    permission="storage:destroy",
    timeout_s=600,
    cancel=Cancel.BEFORE_START,
    destructive=True,
    plan=plan,
)
def change_key(params: Params, storage: Storage, running: RunningJob) -> NoResult:
    """Change the key of an encrypted dataset.

    The present key opens it no more. Keep the new secret: without it the data is lost.
    """
    key = Key(
        format=params.key_format, text=SecretStr(running.secret(params.encryption_key.secret))
    )
    running.report(phase="changing the key")
    storage.change_key(params.dataset, key)
    return NoResult()
