"""Set properties of a dataset."""

from collections.abc import Mapping, Sequence

from pydantic import Field, model_validator

from calypso.drivers.storage import BadProperty, Storage
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, exclusive
from calypso.models.names import DatasetName, PropertyName, PropertyValue
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which properties of which dataset."""

    dataset: DatasetName = Field(
        description="Dataset to change.", json_schema_extra={"x-choices": "storage/datasets"}
    )
    properties: Mapping[PropertyName, PropertyValue] = Field(
        default_factory=dict, description="New values by name, such as compression or quota."
    )
    inherit: tuple[PropertyName, ...] = Field(
        default=(), max_length=100, description="Properties that come from above again."
    )
    recursive: bool = Field(
        default=False, description="Also every dataset below, each by itself, whatever it has."
    )

    @model_validator(mode="after")
    def _says_what(self) -> "Params":
        if not self.properties and not self.inherit:
            raise ValueError("name a property to set or to inherit")
        if both := sorted(set(self.properties) & set(self.inherit)):
            raise ValueError(f"{', '.join(both)} cannot be set and inherited at once")
        return self

    def locks(self) -> Sequence[Lock]:
        return [exclusive("storage", self.dataset)]

    def title(self) -> str:
        names = ", ".join([*self.properties, *self.inherit])
        return f"Set {names} of {self.dataset}"


class Result(JobResult):
    """How many datasets were changed."""

    changed: int


@job(
    "storage.dataset_set_props",
    driver=Storage,
    permission="storage:configure",
    timeout_s=3600,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
)
def set_properties(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Set properties of a dataset, or let them be inherited again.

    With `recursive` a property that a kind of dataset has not (a quota on a volume) is left out
    there, with a warning.
    """
    names = [params.dataset]
    if params.recursive:
        names = [one.name for one in storage.datasets(params.dataset)]
    for done, name in enumerate(names):
        running.stop_if_cancelled()
        running.report(phase="setting", done=done, total=len(names), unit="datasets")
        _set(params, storage, running, name)
    running.report(done=len(names), total=len(names), unit="datasets")
    return Result(changed=len(names))


def _set(params: Params, storage: Storage, running: RunningJob, name: str) -> None:
    try:
        storage.set_properties(name, params.properties, inherit=params.inherit)
    except BadProperty as refused:
        if name == params.dataset:
            raise
        running.warn("property_left_out", f"{name}: {refused.detail}")
