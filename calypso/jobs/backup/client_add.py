"""Add a machine whose files are backed up."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.backup import Backup
from calypso.jobs.backup import _configuring as configuring
from calypso.jobs.backup._configuring import TIMEOUT_S, ConfigResult, config_lock, in_force
from calypso.jobs.backup._refusals import ClientExists
from calypso.models.backup_changes import Names, changed
from calypso.models.backup_config import BackupConfig, ClientResource
from calypso.models.backup_names import BackupName, DaemonAddress, DurationS, Port
from calypso.models.jobtype import Cancel, JobParams, OnLost, Plan, job
from calypso.models.lock import Lock, exclusive
from calypso.models.running import Known, RunningJob
from calypso.models.secret import SecretRef

DAY_S = 86400


class Params(JobParams):
    """Which machine, and how the director gets at its file daemon."""

    name: BackupName = Field(description="Name of the client: that of its file daemon.")
    address: DaemonAddress = Field(description="Host name or address of its file daemon.")
    port: Port = Field(default=9102, description="TCP port of its file daemon.")
    password: SecretRef = Field(description="Its password, stored as a secret.")
    file_retention_s: DurationS = Field(
        default=60 * DAY_S, description="Names of its files stay in the catalog this long."
    )
    job_retention_s: DurationS = Field(
        default=180 * DAY_S, description="Its runs stay in the catalog this long."
    )
    max_concurrent: int = Field(default=4, ge=1, le=1000, description="Runs at a time.")

    def locks(self) -> Sequence[Lock]:
        return [config_lock(), exclusive("backup", "client", self.name)]

    def title(self) -> str:
        return f"Add client {self.name}"

    def client(self) -> ClientResource:
        """Return the resource."""
        return ClientResource(**{**self.model_dump(), "password": self.password.secret})

    def wanted(self, before: BackupConfig) -> BackupConfig:
        """Return the configuration with the client in it; ClientExists."""
        client = self.client()
        if any(one.name == client.name and one != client for one in before.clients):
            raise ClientExists(
                f"There is a client {client.name} already, with other settings. "
                "Change it by backup.config_apply."
            )
        return changed(before, BackupConfig(clients=(client,)), Names())


class Result(ConfigResult):
    """The configuration in force, and what the client's own file must say."""

    client_side: str


def plan(params: Params, backup: Backup, known: Known) -> Plan:
    """Say what would be added, and what the client's own configuration must say before."""
    before = in_force(known)
    made = configuring.plan_of(backup, before, params.wanted(before))
    side = backup.client_side(params.client())
    return Plan(effects=[*made.effects, f"bacula-fd.conf of {params.name} must say:\n{side}"])


@job(
    "backup.client_add",
    driver=Backup,
    permission="backup:configure",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
    plan=plan,
)
def add_client(params: Params, backup: Backup, running: RunningJob) -> Result:
    """Add a client, and see that the director reaches it.

    Its file daemon must run already and know the director: the plan and the log tell what its own
    configuration must say. One that does not answer is not added.
    """
    side = backup.client_side(params.client())
    for line in (f"bacula-fd.conf of {params.name} must say:", *side.splitlines()):
        running.log(line)
    done = configuring.applied(
        backup, running, params.wanted, proof=lambda: _reach(params.name, backup, running)
    )
    return Result(**done.model_dump(), client_side=side)


def _reach(name: str, backup: Backup, running: RunningJob) -> None:
    running.report(phase=f"asking {name}")
    running.log(f"{name} answers: {backup.reach_client(name)}")
