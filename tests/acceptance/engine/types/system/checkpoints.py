"""Do one item after the other; cut between two only."""

from pathlib import Path

from calypso.host import Host
from calypso.models.jobtype import Cancel, JobParams, NoResult, job
from calypso.models.running import RunningJob


class Params(JobParams):
    """Where it says what it does."""

    trace: str


@job(
    "system.checkpoints", driver=Host, permission="system:operate", timeout_s=99,
    cancel=Cancel.CHECKPOINT, grace_s=1,
)  # fmt: skip
def run(params: Params, host: Host, running: RunningJob) -> NoResult:
    """Do one item after the other."""
    for number in range(60):
        running.stop_if_cancelled()
        host.run(["sleep", "1"], timeout_s=9)
        with Path(params.trace).open("a") as trace:
            trace.write(f"item {number} is whole\n")
    return NoResult()
