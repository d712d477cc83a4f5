"""Make the appliance's own datasets, or mend them."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field, StringConstraints

from calypso.drivers.storage import DatasetMissing, Storage, StorageError
from calypso.jobs.storage._layout import Change, Part, Wanted, layout
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, Plan, job
from calypso.models.lock import Lock, exclusive
from calypso.models.names import DatasetName
from calypso.models.running import RunningJob

Mountpoint = Annotated[str, StringConstraints(pattern=r"^/[^\x00]*$", max_length=1024)]
QuotaBytes = Annotated[int, Field(ge=1 << 20, le=1 << 60)]


class Params(JobParams):
    """Where the appliance keeps its own data."""

    dataset: DatasetName = Field(
        description="Dataset that holds the others, such as tank/calypso; made if missing."
    )
    mountpoint: Mountpoint | None = Field(
        default="/srv/calypso",
        description="Where it is mounted, the others below it; empty: as it is.",
    )
    quotas: Mapping[Part, QuotaBytes] = Field(
        default_factory=dict, description="How much each may use, in bytes; others have no limit."
    )

    def locks(self) -> Sequence[Lock]:
        return [exclusive("storage", self.dataset)]

    def title(self) -> str:
        return f"Apply the layout of the appliance to {self.dataset}"


class Result(JobResult):
    """What was made and what was changed; nothing the second time."""

    made: tuple[str, ...]
    changed: tuple[str, ...]


def plan(params: Params, storage: Storage) -> Plan:
    """Return what differs from what should be."""
    changes = _changes(params, storage)
    return Plan(effects=[one.sentence() for one in changes] or ["All is as it should be."])


@job(
    "storage.layout_apply",
    driver=Storage,
    permission="storage:configure",
    timeout_s=3600,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
    plan=plan,
)
def apply_layout(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Make the appliance's own datasets, or mend them.

    Only what differs is touched, nothing is ever destroyed. Its plan says first what that is.
    """
    changes = _changes(params, storage)
    for done, change in enumerate(changes):
        running.stop_if_cancelled()
        running.report(phase="applying", done=done, total=len(changes), unit="datasets")
        _apply(change, storage)
    running.report(done=len(changes), total=len(changes), unit="datasets")
    if left := _changes(params, storage):
        raise StorageError(f"After all was applied this still differs: {left[0].sentence()}")
    return Result(
        made=tuple(one.wanted.dataset for one in changes if one.present is None),
        changed=tuple(one.wanted.dataset for one in changes if one.present is not None),
    )


def _apply(change: Change, storage: Storage) -> None:
    if change.present is None:
        storage.create_dataset(change.wanted.dataset, parents=True, properties=change.differing)
    else:
        storage.set_properties(change.wanted.dataset, change.differing)


def _changes(params: Params, storage: Storage) -> list[Change]:
    wanted = layout(params.dataset, mountpoint=params.mountpoint, quotas=params.quotas)
    found = [Change(one, _present(one, storage)) for one in wanted]
    return [one for one in found if one.present is None or one.differing]


def _present(wanted: Wanted, storage: Storage) -> Mapping[str, str] | None:
    """Return what the properties are, or None for a dataset that is not there."""
    try:
        storage.dataset(wanted.dataset)
    except DatasetMissing:
        return None
    told = storage.properties(wanted.dataset, list(wanted.properties))
    return {key: one.value for key, one in told.items()}
