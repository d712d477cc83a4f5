"""Look for tape libraries and drives."""

from pydantic import Field

from calypso.drivers.tape import Tape
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.running import RunningJob


class Params(JobParams):
    """Nothing to choose."""

    def title(self) -> str:
        return "Look for tape libraries and drives"

    def dedupe_key(self) -> str | None:
        return "tape.scan"


class Result(JobResult):
    """What there is now, and what is new or gone since before: names and serial numbers."""

    libraries: tuple[str, ...]
    drives: tuple[str, ...]
    appeared: tuple[str, ...] = Field(default=())
    vanished: tuple[str, ...] = Field(default=())


@job(
    "tape.scan",
    driver=Tape,
    permission="tape:operate",
    timeout_s=1800,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
)
def scan(params: Params, tape: Tape, running: RunningJob) -> Result:  # noqa: ARG001 - none to read
    """Look for tape libraries and drives."""
    before = set(_names(tape))

    def show(done: int, total: int) -> None:
        running.stop_if_cancelled()
        running.report(phase="looking", done=done, total=total, unit="controllers")

    tape.scan(show)
    after = set(_names(tape))
    return Result(
        libraries=tuple(one.name for one in tape.libraries()),
        drives=tuple(one.serial for one in tape.drives()),
        appeared=tuple(sorted(after - before)),
        vanished=tuple(sorted(before - after)),
    )


def _names(tape: Tape) -> list[str]:
    return [one.name for one in tape.libraries()] + [one.serial for one in tape.drives()]
