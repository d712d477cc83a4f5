"""Let a disk test itself."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import SmartProgress, SmartTest, Storage
from calypso.errors import JobCancelled
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, exclusive
from calypso.models.names import AbsolutePath
from calypso.models.running import RunningJob

TIMEOUT_S = 7 * 86400  # a long test of a large, busy disk takes days


class Params(JobParams):
    """Which disk, and how thoroughly."""

    disk: AbsolutePath = Field(
        description="Disk to test.", json_schema_extra={"x-choices": "storage/disks"}
    )
    test: SmartTest = Field(
        default=SmartTest.SHORT, description="short: minutes; long: reads all of it."
    )

    def locks(self) -> Sequence[Lock]:
        # Not "disk": a disk that is part of a pool is tested while it works.
        return [exclusive("smart", self.disk.replace("/", "|"))]

    def title(self) -> str:
        return f"Test {self.disk} ({self.test.value})"


class Result(JobResult):
    """How the test ended, in the disk's words."""

    words: str | None


@job(
    "storage.disk_smart_test",
    driver=Storage,
    permission="storage:operate",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.SUBSYSTEM,
    on_lost=OnLost.REQUEUE,
    schedulable=True,
)
def test_disk(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Let a disk test itself.

    The disk goes on working meanwhile. A test that runs already is followed.
    """

    def show(told: SmartProgress) -> None:
        running.report(phase=f"{params.test.value} test", percent=told.percent, message=told.words)

    try:
        told = storage.run_smart_test(params.disk, params.test, on_smart=show, timeout_s=TIMEOUT_S)
    except JobCancelled:
        with running.tidying():
            storage.stop_smart_test(params.disk)
        raise
    return Result(words=told.words)
