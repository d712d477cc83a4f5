"""Check a worker end to end."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, StringConstraints

from calypso.errors import SubsystemError
from calypso.host import Host
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, exclusive
from calypso.models.running import RunningJob

SLACK_S = 60.0


class Params(JobParams):
    """What the check does on its way."""

    seconds: float = Field(
        default=0, ge=0, le=86400, description="How long it sleeps, in a child process."
    )
    steps: int = Field(default=1, ge=1, le=10_000, description="Into how many reports it is cut.")
    fail: bool = Field(default=False, description="Fail at the end.")
    log_lines: int = Field(default=0, ge=0, le=100_000, description="Lines it writes to its log.")
    lock: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]+$", max_length=64)] | None = (
        Field(default=None, description="Name of a lock it holds alone while it runs.")
    )

    def locks(self) -> Sequence[Lock]:
        return [exclusive("system", "noop", self.lock)] if self.lock else []

    def title(self) -> str:
        return "Check a worker"


class Result(JobResult):
    """How many steps were done."""

    steps: int


class AskedToFail(SubsystemError):
    """The check was asked to fail, and did."""

    code = "noop_asked_to_fail"
    title = "Failed as asked"


@job(
    "system.noop",
    driver=Host,
    permission="system:operate",
    timeout_s=86400 + SLACK_S,
    cancel=Cancel.ANYTIME,
    on_lost=OnLost.REQUEUE,
    schedulable=True,
)
def check_worker(params: Params, host: Host, running: RunningJob) -> Result:
    """Check a worker end to end.

    Sleeps in a child process and reports each step. With `seconds: 0` it starts no child and
    writes no log.
    """
    for line in range(params.log_lines):
        running.log(f"line {line + 1} of {params.log_lines}")
    for step in range(params.steps):
        running.stop_if_cancelled()
        if params.seconds:
            pause_s = params.seconds / params.steps
            host.run(["sleep", f"{pause_s:.3f}"], timeout_s=pause_s + SLACK_S)
            running.report(done=step + 1, total=params.steps, unit="steps")
    if params.fail:
        raise AskedToFail("This check was asked to fail.")
    return Result(steps=params.steps)
