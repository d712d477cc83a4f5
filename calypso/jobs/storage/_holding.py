"""What holding and releasing have in common: tags, and which snapshots belong together."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from calypso.drivers.storage import SnapshotMissing, Storage
from calypso.models.names import split_snapshot


def _not_of_a_job(tag: str) -> str:
    if tag.startswith("calypso-"):
        raise ValueError("tags that begin with calypso- belong to jobs")
    return tag


AnyTag = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$", max_length=200)]
# Those of jobs begin with calypso-; nobody else makes such.
HoldTag = Annotated[AnyTag, AfterValidator(_not_of_a_job)]


def together(storage: Storage, snapshot: str, *, recursive: bool) -> list[str]:
    """Return a snapshot, with `recursive` also those of its name below it; SnapshotMissing."""
    dataset, name = split_snapshot(snapshot)
    datasets = [one.name for one in storage.datasets(dataset)] if recursive else [dataset]
    found = [
        one.name
        for each in datasets
        for one in storage.snapshots(each)
        if split_snapshot(one.name)[1] == name
    ]
    if snapshot not in found:
        raise SnapshotMissing(f"There is no snapshot {snapshot}.")
    return found
