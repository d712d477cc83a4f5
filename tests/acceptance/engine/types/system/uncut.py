"""Do what must not be cut once it has begun."""

from calypso.host import Host
from calypso.models.jobtype import Cancel, JobParams, NoResult, job
from calypso.models.running import RunningJob


class Params(JobParams):
    """None."""


@job(
    "system.uncut", driver=Host, permission="system:operate", timeout_s=99,
    cancel=Cancel.BEFORE_START, grace_s=1,
)  # fmt: skip
def run(params: Params, host: Host, running: RunningJob) -> NoResult:
    """Do what must not be cut."""
    host.run(["sleep", "2"], timeout_s=9)
    return NoResult()
