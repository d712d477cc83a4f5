"""Back up the appliance itself."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, StringConstraints, model_validator

from calypso.drivers.system import System
from calypso.drivers.system.appliance import back_up, backup_name, keep_newest, make_folder
from calypso.drivers.system.backup_file import item_of
from calypso.drivers.system.sealing import Lock as Seal
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, Retry, job
from calypso.models.lock import Lock, exclusive, shared
from calypso.models.running import RunningJob
from calypso.models.secret import SecretRef

RETRY = Retry(attempts=3, first_s=300.0)  # a database that is away, or locked
TIMEOUT_S = 24 * 3600


class Params(JobParams):
    """Where to, who may open it, and how many stay."""

    folder: str = Field(
        default="/srv/calypso/backups/appliance",
        pattern=r"^/[^\x00-\x1f]*$",
        max_length=1000,
        description="Folder on the node, best of another machine's disk; made when it is missing.",
    )
    recipients: list[Annotated[str, StringConstraints(pattern=r"^age1[a-z0-9]{20,2000}$")]] = Field(
        default=[],
        max_length=20,
        description="Public keys that may open it, as age-keygen prints them: age1…",
    )
    passphrase: SecretRef | None = Field(
        default=None, description="Passphrase that opens it too, stored as a secret."
    )
    keep: int = Field(default=14, ge=1, le=1000, description="The newest backups that stay there.")

    @model_validator(mode="after")
    def _locked(self) -> Self:
        if not self.recipients and self.passphrase is None:
            raise ValueError("name a recipient or a passphrase: a backup holds all secrets")
        return self

    def locks(self) -> Sequence[Lock]:
        return [shared("system", "config"), exclusive("system", "config-backup")]

    def title(self) -> str:
        return f"Back up the appliance to {self.folder}"


class Result(JobResult):
    """The backup, and those that were removed for it."""

    path: str
    bytes: int
    sha256: str
    removed: tuple[str, ...]


@job(
    "system.config_backup",
    driver=System,
    permission="system:configure",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.ANYTIME,
    on_lost=OnLost.REQUEUE,
    retry=RETRY,
    schedulable=True,
)
def back_up_appliance(params: Params, system: System, running: RunningJob) -> Result:
    """Back up the appliance itself.

    The database, /etc/calypso with its secrets and the catalog of a director, in one file that
    only a recipient's key or the passphrase opens. `calypso appliance restore` brings it back.
    """

    def step(phase: str, done: int) -> None:
        running.stop_if_cancelled()
        running.report(phase=phase, done=done, unit="bytes")

    folder = Path(params.folder)
    make_folder(folder)
    target = folder / backup_name(running.node)
    back_up(system.appliance, target, _seal(params, running), step=step)
    with running.tidying():
        removed = keep_newest(folder, running.node, params.keep)
    told = item_of(target)
    return Result(path=str(target), bytes=told.bytes, sha256=told.sha256, removed=removed)


def _seal(params: Params, running: RunningJob) -> Seal:
    if params.passphrase is None:
        return Seal(recipients=params.recipients)
    return Seal(SecretStr(running.secret(params.passphrase.secret)), params.recipients)
