"""Put another release of Calypso in use."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.system import System
from calypso.drivers.system.bundle import Version
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, exclusive
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which release."""

    version: Version = Field(
        description="A release that was fetched to this machine.",
        json_schema_extra={"x-choices": "system/releases", "examples": ["1.2.0"]},
    )

    def locks(self) -> Sequence[Lock]:
        return [exclusive("system", "release")]

    def title(self) -> str:
        return f"Put release {self.version} in use"


class Result(JobResult):
    """What is in use now, and where the database and the configuration were put by."""

    version: str
    version_before: str | None
    dump: str | None


@job(
    "system.release_activate",
    driver=System,
    permission="system:configure",
    timeout_s=12 * 3600,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
)
def activate_release(params: Params, system: System, running: RunningJob) -> Result:
    """Put another release in use, and see it serve.

    Checks, puts the database and the configuration by, migrates, switches, lets new workers start
    beside the old ones, and asks each to do something. When one does not, all is undone and the
    release before serves. Jobs that run meanwhile end under the release that began them; no
    request is refused. Can be cancelled until it switches.
    """
    activation = system.activation(
        say=lambda line: _tell(running, line), stop=running.stop_if_cancelled
    )
    change = activation.activate(params.version)
    return Result(version=change.version_to, version_before=change.version_from, dump=change.dump)


def _tell(running: RunningJob, line: str) -> None:
    running.log(line)
    running.report(phase=line.partition(":")[0])
