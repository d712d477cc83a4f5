"""Have a product do work that outlives us; find it again instead of starting a second one."""

from pathlib import Path

from calypso.errors import SubsystemError
from calypso.host import Host
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.running import RunningJob

LOOK_S = 0.2


class Params(JobParams):
    """Where the product keeps its ledger, and how long it works."""

    ledger: str
    seconds: float


class Result(JobResult):
    """Under which name the product knew the work."""

    name: str


class Died(SubsystemError):
    """The product's work ended without a result."""

    code = "detached_died"


@job(
    "system.detached", driver=Host, permission="system:operate", timeout_s=99,
    cancel=Cancel.ANYTIME, grace_s=1, on_lost=OnLost.REQUEUE,
)  # fmt: skip
def run(params: Params, host: Host, running: RunningJob) -> Result:
    """Have a product do it, and follow it."""
    name = running.external or f"work-{running.job_id}"
    if running.external is None:
        running.remember(name)
    asked = Path(params.ledger, f"{name}.asked")
    if not asked.exists():
        host.run(["sh", "-c", 'echo "$1" > "$2.new"; mv "$2.new" "$2"', "sh",
                  str(params.seconds), str(asked)], timeout_s=9)  # fmt: skip
    while not Path(params.ledger, f"{name}.done").exists():
        running.wait(LOOK_S)
        if _died(params, name):
            raise Died(f"The product gave up {name}.")
    return Result(name=name)


def _died(params: Params, name: str) -> bool:
    """Tell whether it was begun, and nobody is at it, and it is not done."""
    pid = Path(params.ledger, f"{name}.pid")
    if not pid.exists() or Path(f"/proc/{pid.read_text().strip()}").exists():
        return False
    return not Path(params.ledger, f"{name}.done").exists()
