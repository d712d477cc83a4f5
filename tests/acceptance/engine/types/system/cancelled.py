"""Run a child until it is cancelled; the child may be hard to end."""

from pathlib import Path

from calypso.errors import JobCancelled
from calypso.host import Host
from calypso.models.jobtype import Cancel, JobParams, NoResult, job
from calypso.models.running import RunningJob

STUBBORN = "trap '' TERM; while :; do sleep 1; done"
NAMELESS = "(env -i setsid sh -c 'echo $$ > {0}.new; mv {0}.new {0}; exec sleep 62' &) ; sleep 63"


class Params(JobParams):
    """How hard it is to end."""

    child: str = "obedient"
    trace: str = ""


@job(
    "system.cancelled", driver=Host, permission="system:operate", timeout_s=99,
    cancel=Cancel.ANYTIME, grace_s=0.2,
)  # fmt: skip
def run(params: Params, host: Host, running: RunningJob) -> NoResult:
    """Run a child until it is cancelled."""
    argv = {
        "obedient": ["sleep", "60"],
        "stubborn": ["sh", "-c", STUBBORN],
        "fleeing": ["sh", "-c", f'setsid sh -c "{STUBBORN}" & setsid sleep 61 & wait'],
        "nameless": ["sh", "-c", NAMELESS.format(params.trace)],
        "tidied": ["sleep", "60"],
    }[params.child]
    try:
        host.run(argv, timeout_s=90)
    except JobCancelled:
        if params.child == "tidied":
            with running.tidying():
                host.run(["sleep", "1.5"], timeout_s=9)
                Path(params.trace).write_text("tidied")
        raise
    return NoResult()
