"""What jobs on the backup configuration share: from what is on record to what is in force."""

from collections.abc import Callable

from pydantic import SecretStr

from calypso.drivers.backup import Backup, BackupError
from calypso.jobs.backup._refusals import ConfigDrifted, ConfigInUse
from calypso.models.backup_books import KeptConfig
from calypso.models.backup_changes import Change, changes, users_of
from calypso.models.backup_config import BackupConfig, secrets_of
from calypso.models.jobtype import JobResult, Plan
from calypso.models.lock import Lock, exclusive
from calypso.models.running import Known, RunningJob

TIMEOUT_S = 600.0
APPLYING = "applying"


class ConfigResult(JobResult):
    """The configuration in force, and what was changed."""

    version: int
    changes: list[str]


def config_lock() -> Lock:
    """Have the configuration for oneself."""
    return exclusive("backup", "config")


def in_force(known: Known) -> BackupConfig:
    """Return what was applied last, as it is on record."""
    kept = known.backup.config()
    return BackupConfig() if kept is None else kept.config


def plan_of(
    backup: Backup, before: BackupConfig, after: BackupConfig, *, overwrite_drift: bool = False
) -> Plan:
    """Say what would be changed; refused as the job itself would be."""
    strays = drifted(backup, before, after, overwrite_drift=overwrite_drift)
    refuse_used(before, after)
    told = [str(one) for one in changes(before, after)] or ["nothing is changed"]
    overwritten = [f"overwrite by hand: {one}" for one in strays]
    return Plan(effects=[*told, *_unlabelled(before, after), *overwritten])


def _unlabelled(before: BackupConfig, after: BackupConfig) -> list[str]:
    """Warn of new pools in whose first run somebody would have to label a volume."""
    return [
        f"pool {one.name} has no label_format: a run into it waits until you label a volume"
        for one in after.pools
        if one not in before.pools and one.kind == "backup" and one.label_format is None
    ]


def applied(
    backup: Backup,
    running: RunningJob,
    after: Callable[[BackupConfig], BackupConfig],
    *,
    overwrite_drift: bool = False,
    proof: Callable[[], None] = lambda: None,
) -> ConfigResult:
    """Have a configuration taken up and noted: what `after` makes of the one in force.

    `proof` looks at what is so then; when it refuses, what was in force before is so again. An
    attempt that was cut is undone first; one that had noted its version is found by that.
    """
    kept = running.backup.config()
    if kept is not None and str(kept.job) == running.job_id:
        return ConfigResult(version=kept.version, changes=[])
    running.report(phase="looking at what is in force")
    if backup.undo_config():
        running.log("What was in force before an apply that was cut is in force again.")
    before = BackupConfig() if kept is None else kept.config
    wanted = after(before)
    refuse_used(before, wanted)
    drifted(backup, before, wanted, overwrite_drift=overwrite_drift)
    differing = changes(before, wanted)
    for change in differing:
        running.log(str(change))
    version = _taken_up(backup, running, before, wanted, proof).version
    return ConfigResult(version=version, changes=[str(change) for change in differing])


def _taken_up(
    backup: Backup,
    running: RunningJob,
    before: BackupConfig,
    wanted: BackupConfig,
    proof: Callable[[], None],
) -> KeptConfig:
    secrets = {name: SecretStr(running.secret(name)) for name in secrets_of(wanted)}
    running.stop_if_cancelled()
    running.report(phase="checking")
    backup.check_config(wanted, secrets)
    running.stop_if_cancelled()
    running.remember(APPLYING)
    with running.tidying():
        running.report(phase="applying")
        backup.apply_config(wanted, secrets)
        try:
            proof()
        except BackupError:
            running.report(phase="going back")
            _go_back(backup, running, before)
            raise
        return running.backup.keep(wanted)


def _go_back(backup: Backup, running: RunningJob, before: BackupConfig) -> None:
    secrets = {name: SecretStr(running.secret(name)) for name in secrets_of(before)}
    backup.apply_config(before, secrets)


def drifted(
    backup: Backup, before: BackupConfig, after: BackupConfig, *, overwrite_drift: bool
) -> list[str]:
    """Return what somebody edited by hand; ConfigDrifted unless it may be overwritten.

    What is so already as it is to be is no drift: an attempt was cut before it could note it.
    """
    drift = backup.drift(before)
    if not drift.strays or not backup.drift(after).strays:
        return []
    if not overwrite_drift:
        raise ConfigDrifted(
            f"{drift.where} was edited by hand: {drift.told()}. Nothing was changed. Take over by "
            "backup.config_apply what is to stay, or have it overwritten: overwrite_drift."
        )
    return [str(one) for one in drift.strays]


def refuse_used(before: BackupConfig, after: BackupConfig) -> None:
    """Refuse to remove what another resource of ours still names."""
    for change in changes(before, after):
        if change.act == "remove":
            _refuse_used(change, after)


def _refuse_used(change: Change, after: BackupConfig) -> None:
    if users := users_of(after, change.kind, change.name):
        raise ConfigInUse(
            f"The {change.kind} {change.name} is named by {', '.join(users)}. "
            "Change or remove that first, or both at once by backup.config_apply."
        )
