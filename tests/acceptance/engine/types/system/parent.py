"""Have other jobs do the work, and wait for them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

from calypso.host import Host
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, exclusive
from calypso.models.running import RunningJob


class Params(JobParams):
    """What others do, and where it says that it runs."""

    trace: str
    parts: int = 2
    child: str = "system.noop"
    params: dict[str, Any] = Field(default_factory=dict)
    lock: str | None = None
    linger_s: float = 0

    def locks(self) -> Sequence[Lock]:
        return [exclusive("system", "noop", self.lock)] if self.lock else []


class Result(JobResult):
    """How they ended."""

    states: list[str]


@job(
    "system.parent", driver=Host, permission="system:operate", timeout_s=99,
    cancel=Cancel.ANYTIME, grace_s=1, on_lost=OnLost.REQUEUE,
)  # fmt: skip
def run(params: Params, host: Host, running: RunningJob) -> Result:
    """Have other jobs do the work."""
    with Path(params.trace).open("a", encoding="utf-8") as trace:
        trace.write(f"run of attempt {running.attempt}\n")
    children = [
        running.start(params.child, params.params, name=f"part {number}")
        for number in range(params.parts)
    ]
    if params.linger_s:
        host.run(["sleep", str(params.linger_s)], timeout_s=90)
    return Result(states=[one.state.value for one in running.wait_for(children)])
