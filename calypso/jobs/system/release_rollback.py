"""Put the release before in use again."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.system import System
from calypso.drivers.system.bundle import Version
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, exclusive
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which release."""

    version: Version | None = Field(
        default=None,
        description="The one that was in use before this one when empty.",
        json_schema_extra={"x-choices": "system/releases", "examples": ["1.2.0"]},
    )

    def locks(self) -> Sequence[Lock]:
        return [exclusive("system", "release")]

    def title(self) -> str:
        return f"Go back to release {self.version or 'before'}"


class Result(JobResult):
    """What is in use now."""

    version: str
    version_before: str | None


@job(
    "system.release_rollback",
    driver=System,
    permission="system:configure",
    timeout_s=12 * 3600,
    cancel=Cancel.BEFORE_START,
    on_lost=OnLost.REQUEUE,
)
def roll_back(params: Params, system: System, running: RunningJob) -> Result:
    """Put the release before in use again, and see it serve.

    The database stays as it is, since a release runs on the schema of the one after it. Refused
    when a later migration took away what that release needs: then `calypso release rollback
    --restore` on the machine itself brings the database back, and says what would be lost.
    """
    change = system.activation(say=running.log).rollback(params.version)
    return Result(version=change.version_to, version_before=change.version_from)
