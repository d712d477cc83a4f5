"""Take a machine out of the backup configuration."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.backup import Backup
from calypso.jobs.backup import _configuring as configuring
from calypso.jobs.backup._configuring import TIMEOUT_S, ConfigResult, config_lock, in_force
from calypso.jobs.backup._fields import CLIENTS
from calypso.models.backup_changes import Names, changed
from calypso.models.backup_config import BackupConfig
from calypso.models.backup_names import BackupName
from calypso.models.jobtype import Cancel, JobParams, OnLost, Plan, job
from calypso.models.lock import Lock, exclusive
from calypso.models.running import Known, RunningJob


class Params(JobParams):
    """Which machine."""

    name: BackupName = Field(
        description="Name of the client.", json_schema_extra={"x-choices": CLIENTS}
    )

    def locks(self) -> Sequence[Lock]:
        return [config_lock(), exclusive("backup", "client", self.name)]

    def title(self) -> str:
        return f"Remove client {self.name}"

    def wanted(self, before: BackupConfig) -> BackupConfig:
        """Return the configuration without the client; NotFound."""
        return changed(before, BackupConfig(), Names(clients=(self.name,)))


def plan(params: Params, backup: Backup, known: Known) -> Plan:
    """Say what would be removed."""
    before = in_force(known)
    return configuring.plan_of(backup, before, params.wanted(before))


@job(
    "backup.client_remove",
    driver=Backup,
    permission="backup:configure",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
    plan=plan,
)
def remove_client(params: Params, backup: Backup, running: RunningJob) -> ConfigResult:
    """Take a client out of the configuration; refused while a job names it.

    Its runs stay in the catalog, and its volumes as they are: they can be restored to another
    client.
    """
    return configuring.applied(backup, running, params.wanted)
