"""What holding and protecting have in common: tags, locks, a walk over what belongs together."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from calypso.drivers.storage import Snapshot, SnapshotMissing, Storage
from calypso.models.jobtype import JobParams
from calypso.models.lock import Lock, exclusive, present
from calypso.models.names import FullSnapshotName, split_snapshot
from calypso.models.running import RunningJob


def _not_of_a_job(tag: str) -> str:
    if tag.startswith("calypso-"):
        raise ValueError("tags that begin with calypso- belong to jobs")
    return tag


AnyTag = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$", max_length=200)]
# Those of jobs begin with calypso-; nobody else makes such.
HoldTag = Annotated[AnyTag, AfterValidator(_not_of_a_job)]


_TOKEN = re.compile(r"calypso-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-\d+")  # of a run


def job_of_token(tag: str) -> str | None:
    """Return the id of the job that holds by this tag, or None when it is none of a job's."""
    told = _TOKEN.fullmatch(tag)
    return told and told[1]


class SnapshotParams(JobParams):
    """Which snapshots."""

    snapshot: FullSnapshotName = Field(
        description="Full name of the snapshot.",
        json_schema_extra={"x-choices": "storage/snapshots"},
    )
    recursive: bool = Field(
        default=False, description="Also the snapshots of this name of every dataset below."
    )

    def locks(self) -> Sequence[Lock]:
        """Return the locks: nobody else changes these snapshots meanwhile."""
        dataset, _ = split_snapshot(self.snapshot)
        return [present("storage", dataset), exclusive("snapshots", dataset)]


def walk(
    params: SnapshotParams,
    storage: Storage,
    running: RunningJob,
    act: Callable[[Snapshot], None],
    phase: str,
) -> tuple[str, ...]:
    """Act on each snapshot and return their names; a cancel stops between two."""
    found = _together(storage, params.snapshot, recursive=params.recursive)
    for done, one in enumerate(found):
        running.stop_if_cancelled()
        running.report(phase=phase, done=done, total=len(found), unit="snapshots")
        act(one)
    running.report(done=len(found), total=len(found), unit="snapshots")
    return tuple(one.name for one in found)


def _together(storage: Storage, snapshot: str, *, recursive: bool) -> list[Snapshot]:
    """Return a snapshot, with `recursive` also those of its name below it; SnapshotMissing."""
    dataset, name = split_snapshot(snapshot)
    datasets = [one.name for one in storage.datasets(dataset)] if recursive else [dataset]
    found = [
        one
        for each in datasets
        for one in storage.snapshots(each)
        if split_snapshot(one.name)[1] == name
    ]
    if snapshot not in [one.name for one in found]:
        raise SnapshotMissing(f"There is no snapshot {snapshot}.")
    return found


def protected_until(one: Snapshot) -> datetime:
    """Return until when a snapshot is protected: for good is the last instant there is."""
    if one.is_protected:
        return datetime.max.replace(tzinfo=UTC)
    return one.protected_until or datetime.min.replace(tzinfo=UTC)
