"""Report as fast as a loop can."""

import time

from pydantic import Field

from calypso.host import Host
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.running import RunningJob


class Params(JobParams):
    """How long."""

    seconds: float = Field(default=1, description="How long it talks.")

    def title(self) -> str:
        return "Report as fast as a loop can"


class Result(JobResult):
    """How often it reported."""

    reports: int


@job(
    "system.bench_chatter", driver=Host, permission="system:operate", timeout_s=600,
    cancel=Cancel.ANYTIME, on_lost=OnLost.REQUEUE,
)  # fmt: skip
def run(params: Params, _host: Host, running: RunningJob) -> Result:
    """Report as fast as a loop can."""
    ends, reports = time.monotonic() + params.seconds, 0
    while time.monotonic() < ends:
        reports += 1
        running.report(done=reports, total=10_000_000, unit="steps")
    return Result(reports=reports)
