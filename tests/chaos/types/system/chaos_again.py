"""Write to the ledger; running it twice is as good as once."""

from typing import Any

from calypso.host import Host
from calypso.models.jobtype import Cancel, NoResult, OnLost, Retry, job
from calypso.models.running import RunningJob
from tests.chaos.work import Work, do


class Params(Work):
    """What the child does."""

    def title(self) -> str:
        return "Chaos, again and again"


@job(
    "system.chaos_again", driver=Host, permission="system:operate", timeout_s=300,
    cancel=Cancel.ANYTIME, grace_s=1, on_lost=OnLost.REQUEUE, retry=Retry(attempts=1000),
    schedulable=True,
)  # fmt: skip
def run(params: Params, host: Any, running: RunningJob) -> NoResult:
    """Write to the ledger."""
    return do(params, host, running)
