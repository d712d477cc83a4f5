"""Unlock an encrypted dataset."""

from collections.abc import Sequence

from pydantic import Field, SecretStr

from calypso.drivers.storage import Encryption, Key, KeyFormat, Storage, StorageError
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, exclusive
from calypso.models.names import DatasetName
from calypso.models.running import RunningJob
from calypso.models.secret import SecretRef


class Params(JobParams):
    """Which dataset, and its key."""

    dataset: DatasetName = Field(
        description="Dataset to unlock.", json_schema_extra={"x-choices": "storage/datasets"}
    )
    encryption_key: SecretRef = Field(description="Its key, stored as a secret.")
    key_format: KeyFormat = Field(
        default=KeyFormat.PASSPHRASE, description="How the key is written."
    )
    recursive: bool = Field(
        default=False, description="Also datasets below that have keys of their own, by this key."
    )

    def locks(self) -> Sequence[Lock]:
        return [exclusive("storage", self.dataset)]

    def title(self) -> str:
        return f"Unlock {self.dataset}"


class Result(JobResult):
    """What was unlocked, and what is mounted now."""

    unlocked: tuple[str, ...]
    mounted: tuple[str, ...]


@job(
    "storage.dataset_unlock",
    driver=Storage,
    permission="storage:operate",
    timeout_s=3600,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
)
def unlock(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Unlock an encrypted dataset and mount it with all below it.

    A filesystem that cannot be mounted is a warning: it is unlocked all the same.
    """
    key = Key(
        format=params.key_format, text=SecretStr(running.secret(params.encryption_key.secret))
    )
    roots = _locked(params, storage)
    for done, name in enumerate(roots):
        running.stop_if_cancelled()
        running.report(phase="unlocking", done=done, total=len(roots), unit="keys")
        storage.unlock(name, key)
    waiting = [one for one in storage.encryption(params.dataset) if _can_be_mounted(one)]
    return Result(unlocked=tuple(roots), mounted=tuple(_mount(waiting, storage, running)))


def _locked(params: Params, storage: Storage) -> list[str]:
    """Return whose keys to give, from above to below; the one asked for is always among them."""
    listed = storage.encryption(params.dataset) if params.recursive else []
    below = [one.dataset for one in listed if one.is_root and not one.is_unlocked]
    return [params.dataset, *(name for name in below if name != params.dataset)]


def _can_be_mounted(one: Encryption) -> bool:
    return one.is_unlocked and one.mounts and not one.is_mounted


def _mount(waiting: Sequence[Encryption], storage: Storage, running: RunningJob) -> list[str]:
    mounted = []
    for done, one in enumerate(waiting):
        running.stop_if_cancelled()
        running.report(phase="mounting", done=done, total=len(waiting), unit="filesystems")
        try:
            storage.mount(one.dataset)
        except StorageError as refused:
            running.warn("not_mounted", f"{one.dataset} is unlocked, but: {refused.detail}")
        else:
            mounted.append(one.dataset)
    running.report(done=len(waiting), total=len(waiting), unit="filesystems")
    return mounted
