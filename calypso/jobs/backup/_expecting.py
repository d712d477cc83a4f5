"""How much a run will take along, so that its progress can be told in percent."""

from calypso.drivers.backup import Backup, Level, Run
from calypso.models.running import RunningJob

ESTIMATE = "backup.job_estimate"


def expected_bytes(run: Run, backup: Backup, running: RunningJob) -> int | None:
    """Return what the last good run of the same job and level took; else what was estimated."""
    last = backup.last_good(run.name, level=run.level)
    if last is not None:
        return last.bytes
    return _estimated(run.name, run.level, running)


def _estimated(job: str, level: Level | None, running: RunningJob) -> int | None:
    for one in running.succeeded(ESTIMATE):
        asked = one.params
        if one.result and asked.get("job") == job and asked.get("level") in (level, None):
            return int(one.result["bytes"])
    return None
