"""Bring a release of Calypso to this machine."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.system import System
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, exclusive
from calypso.models.running import RunningJob


class Params(JobParams):
    """Where it is."""

    source: str = Field(
        min_length=1,
        max_length=2000,
        pattern=r"^(https://[^\s@]+|/[^\s]+)$",
        description="https:// address of a bundle, or its absolute path on the node.",
        examples=["/srv/calypso/uploads/calypso-1.2.0.tar.zst"],
    )

    def locks(self) -> Sequence[Lock]:
        return [exclusive("system", "release")]

    def title(self) -> str:
        return f"Fetch release {self.source.rpartition('/')[2]}"


class Result(JobResult):
    """Which release it is."""

    version: str


@job(
    "system.release_fetch",
    driver=System,
    permission="system:configure",
    timeout_s=6 * 3600,
    cancel=Cancel.ANYTIME,
    on_lost=OnLost.REQUEUE,
)
def fetch_release(params: Params, system: System, running: RunningJob) -> Result:
    """Bring a release to this machine, proven by the keys it trusts.

    It is unpacked beside the others; nothing of it runs before `system.release_activate`.
    """

    def step(done: int, total: int | None) -> None:
        running.stop_if_cancelled()
        running.report(phase="fetching", done=done, total=total, unit="bytes")

    version = system.fetching(step=step).fetch(params.source)
    running.log(f"{version} is here")
    return Result(version=version)
