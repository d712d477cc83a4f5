"""Say when the run began."""

from bench import ledger
from calypso.host import Host
from calypso.models.jobtype import Cancel, JobParams, NoResult, OnLost, job
from calypso.models.running import RunningJob


class Params(JobParams):
    """Nothing."""

    def title(self) -> str:
        return "Say when it began"


@job(
    "system.bench_stamp", driver=Host, permission="system:operate", timeout_s=60,
    cancel=Cancel.ANYTIME, on_lost=OnLost.REQUEUE,
)  # fmt: skip
def run(_params: Params, _host: Host, _running: RunningJob) -> NoResult:
    """Say when the run began."""
    ledger.stamp()
    return NoResult()
