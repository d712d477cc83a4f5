"""Change who may use the files of a dataset."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from calypso.drivers.storage import Access, Storage
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, exclusive
from calypso.models.names import DatasetName
from calypso.models.running import RunningJob

TIMEOUT_S = 2 * 86400
_NAME = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"

AccountName = Annotated[str, StringConstraints(pattern=rf"^{_NAME}$", max_length=64)]
Mode = Annotated[str, StringConstraints(pattern=r"^[0-7]{3,4}$")]
AclEntry = Annotated[
    str, StringConstraints(pattern=rf"^(default:)?(user|group):{_NAME}:[r-][w-][x-]$")
]
FolderPath = Annotated[
    str,
    StringConstraints(pattern=r"^$|^[^/\x00][^\x00]*$", max_length=4096),
]


class Params(JobParams):
    """Whose files, and who may use them; what is empty stays as it is."""

    dataset: DatasetName = Field(
        description="Filesystem whose files change.",
        json_schema_extra={"x-choices": "storage/datasets"},
    )
    folder: FolderPath = Field(default="", description="Folder below its root; the root if empty.")
    recursive: bool = Field(default=False, description="Also all files and folders in it.")
    owner: AccountName | None = Field(default=None, description="New owner, a name or a number.")
    group: AccountName | None = Field(default=None, description="New group, a name or a number.")
    file_mode: Mode | None = Field(default=None, description="New mode of files, such as 640.")
    folder_mode: Mode | None = Field(default=None, description="New mode of folders, such as 750.")
    acl: tuple[AclEntry, ...] | None = Field(
        default=None,
        max_length=100,
        description="Access list beyond owner and group, such as user:ada:rw-; [] removes it. "
        "Those with default: in front are what new files in a folder begin with.",
    )

    @model_validator(mode="after")
    def _says_what(self) -> "Params":
        if self.access() == Access():
            raise ValueError("say what to change: owner, group, a mode or the access list")
        return self

    def access(self) -> Access:
        """Return what is to be changed."""
        return Access(
            owner=self.owner,
            group=self.group,
            file_mode=self.file_mode,
            folder_mode=self.folder_mode,
            acl=self.acl,
        )

    def locks(self) -> Sequence[Lock]:
        return [exclusive("storage", self.dataset)]

    def title(self) -> str:
        return f"Change access to {self.dataset}{self.folder and f', {self.folder}'}"


class Result(JobResult):
    """How many files and folders were looked at."""

    files: int


@job(
    "storage.dataset_chown_acl",
    driver=Storage,
    permission="storage:configure",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
    stall_s=1800,
)
def change_access(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Change owner, group, modes or access lists of files.

    Links are changed themselves and never followed; what is mounted inside stays as it is. A cancel
    stops between two files: those before have the new access, those after the old.
    """

    def show(done: int, total: int | None) -> None:
        running.stop_if_cancelled()
        running.report(done=done, total=None if total is None else max(done, total), unit="files")

    running.report(phase="changing", unit="files")
    files = storage.change_access(
        params.dataset,
        params.access(),
        folder=params.folder,
        recursive=params.recursive,
        on_files=show,
        timeout_s=TIMEOUT_S,
    )
    running.report(done=files, total=files, unit="files")
    return Result(files=files)
