"""Do the work, then hang, with a lock in hand."""

from collections.abc import Sequence

from calypso.host import Host
from calypso.models.jobtype import Cancel, JobParams, NoResult, job
from calypso.models.lock import Lock, exclusive
from calypso.models.running import RunningJob


class Params(JobParams):
    """Where it is said that the work is done."""

    trace: str
    hangs: bool = True

    def locks(self) -> Sequence[Lock]:
        return [exclusive("system", "datastore")]


@job(
    "system.hung", driver=Host, permission="system:operate", timeout_s=3,
    cancel=Cancel.ANYTIME, grace_s=1,
)  # fmt: skip
def run(params: Params, host: Host, running: RunningJob) -> NoResult:
    """Do the work, then hang."""
    script = 'echo done >> "$1"' + ("; trap '' TERM; sleep 60; sleep 60" if params.hangs else "")
    host.run(["sh", "-c", script, "sh", params.trace], timeout_s=600)
    return NoResult()
