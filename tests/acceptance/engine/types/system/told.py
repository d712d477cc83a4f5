"""Have a product do it; a cancel is passed on to the product."""

from calypso.errors import JobCancelled
from calypso.host import Host
from calypso.models.jobtype import Cancel, JobParams, NoResult, job
from calypso.models.running import RunningJob


class Params(JobParams):
    """Where the product says what it heard."""

    trace: str


@job(
    "system.told", driver=Host, permission="system:operate", timeout_s=99,
    cancel=Cancel.SUBSYSTEM, grace_s=1,
)  # fmt: skip
def run(params: Params, host: Host, running: RunningJob) -> NoResult:
    """Have a product do it."""
    try:
        while True:
            host.run(["sleep", "0.2"], timeout_s=9)
    except JobCancelled:
        with running.tidying():
            host.run(["sh", "-c", 'echo stopped > "$1"', "sh", params.trace], timeout_s=9)
        raise
    return NoResult()
