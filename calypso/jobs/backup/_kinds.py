"""Which kind of a job of the director a job type of ours runs."""

from calypso.drivers.backup import BackupError, BackupJob, RunKind

TYPES = {
    RunKind.BACKUP: "backup.job_run",
    RunKind.VERIFY: "backup.job_verify",
    RunKind.COPY: "backup.job_copy",
    RunKind.MIGRATE: "backup.job_copy",
    RunKind.RESTORE: "backup.restore",
}


class KindUnfit(BackupError):
    """The job of the director is of another kind."""

    code = "backup_kind_unfit"
    title = "Job of another kind"


def refuse_other_kind(job: BackupJob, *kinds: RunKind) -> None:
    """Refuse a job that is none of these kinds, naming the type that runs it."""
    if job.kind not in kinds:
        other = TYPES.get(job.kind)
        way_out = f" Run it by {other}." if other else ""
        raise KindUnfit(f"{job.name} is a job of kind {job.kind}.{way_out}")
