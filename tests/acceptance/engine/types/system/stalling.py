"""Move once, then stand still until a file appears; move again, and stand still once more."""

from pathlib import Path

from calypso.host import Host
from calypso.models.jobtype import Cancel, JobParams, NoResult, job
from calypso.models.running import RunningJob


class Params(JobParams):
    """What it waits for."""

    go_on: str


@job(
    "system.stalling", driver=Host, permission="system:operate", timeout_s=99,
    cancel=Cancel.ANYTIME, grace_s=1, stall_s=2,
)  # fmt: skip
def run(params: Params, host: Host, running: RunningJob) -> NoResult:
    """Stand still."""
    running.report(done=1, total=3)
    while not Path(params.go_on).exists():
        running.report(done=1, total=3)
        running.wait(0.1)
    done = 1
    while not Path(params.go_on + ".end").exists():
        done += 1
        running.report(done=done, total=10**6)
        running.wait(0.1)
    return NoResult()
