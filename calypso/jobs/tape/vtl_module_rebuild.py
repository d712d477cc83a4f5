"""Build the kernel module of the virtual libraries anew."""

from collections.abc import Sequence

from calypso.drivers.tape import Tape
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, exclusive
from calypso.models.running import RunningJob


class Params(JobParams):
    """Nothing to choose: it is built for the kernel that runs."""

    def locks(self) -> Sequence[Lock]:
        return [exclusive("tape")]

    def title(self) -> str:
        return "Rebuild the kernel module of the virtual libraries"


class Result(JobResult):
    """What was built."""

    version: str


@job(
    "tape.vtl_module_rebuild",
    driver=Tape,
    permission="tape:configure",
    timeout_s=1800,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
)
def rebuild_module(_params: Params, tape: Tape, running: RunningJob) -> Result:
    """Build the kernel module of the virtual libraries anew.

    As after a kernel update. All virtual libraries are stopped meanwhile: no drive may be loaded.
    """

    def on_step(done: int, total: int, phase: str) -> None:
        if phase in ("checking", "building", "stopping"):  # from there on half done is worse
            running.stop_if_cancelled()
        running.report(phase=phase, done=done, total=total, unit="steps")

    return Result(version=tape.rebuild_module(on_step=on_step))
