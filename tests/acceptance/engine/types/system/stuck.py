"""Begin, and say no more; its type allows one second of that."""

from calypso.host import Host
from calypso.models.jobtype import Cancel, JobParams, NoResult, job
from calypso.models.running import RunningJob


class Params(JobParams):
    """None."""


@job(
    "system.stuck", driver=Host, permission="system:operate", timeout_s=99,
    cancel=Cancel.ANYTIME, grace_s=1, stall_s=1,
)  # fmt: skip
def run(params: Params, host: Host, running: RunningJob) -> NoResult:
    """Begin, and say no more."""
    running.report(done=1, unit="items")
    host.run(["sleep", "60"], timeout_s=90)
    return NoResult()
