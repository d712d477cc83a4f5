"""Write to the ledger; it must never be run twice."""

from typing import Any

from calypso.host import Host
from calypso.models.jobtype import Cancel, NoResult, OnLost, job
from calypso.models.running import RunningJob
from tests.chaos.work import Work, do


class Params(Work):
    """What the child does."""

    def title(self) -> str:
        return "Chaos, once"


@job(
    "system.chaos_once", driver=Host, permission="system:operate", timeout_s=300,
    cancel=Cancel.ANYTIME, grace_s=1, on_lost=OnLost.MANUAL,
)  # fmt: skip
def run(params: Params, host: Any, running: RunningJob) -> NoResult:
    """Write to the ledger."""
    return do(params, host, running)
