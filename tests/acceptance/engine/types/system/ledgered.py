"""Work that must not be done twice; its child keeps a ledger outside the database."""

from calypso.host import Host
from calypso.models.jobtype import Cancel, JobParams, NoResult, OnLost, job
from calypso.models.running import RunningJob

CHILD = 'echo "start $2" >> "$1"; sleep "$3"; echo "end $2" >> "$1"'


class Params(JobParams):
    """Where the ledger is, under which name, and how long it takes."""

    ledger: str
    name: str
    seconds: float


@job(
    "system.ledgered", driver=Host, permission="system:operate", timeout_s=99,
    cancel=Cancel.ANYTIME, grace_s=1, on_lost=OnLost.MANUAL,
)  # fmt: skip
def run(params: Params, host: Host, running: RunningJob) -> NoResult:
    """Do it once."""
    words = [params.ledger, params.name, str(params.seconds)]
    host.run(["sh", "-c", CHILD, "sh", *words], timeout_s=90)
    return NoResult()
