"""How a run of the backup product can end badly, in words for the job."""

from calypso.drivers.backup import BackupError


class RunFailed(BackupError):
    """The product ended the run with an error; `original` is what it said."""

    code = "backup_run_failed"
    title = "Backup run failed"


class RunDiffers(BackupError):
    """A verify found files that are not as they were backed up; `original` names them."""

    code = "backup_verify_differs"
    title = "Verify found differences"


class DumpLeftBehind(BackupError):
    """A run that was to take a dump of the catalog along ended well without it."""

    code = "backup_dump_left_behind"
    title = "Dump was not taken along"


class RunStopped(BackupError):
    """Somebody cancelled the run in the product, not here."""

    code = "backup_run_stopped"
    title = "Run was cancelled elsewhere"


class RunLost(BackupError):
    """The product does nothing for the run, and does not know how it ended."""

    code = "backup_run_lost"
    title = "Run is lost"


class StillRuns(BackupError):
    """The product was told to stop the run and has not done so."""

    code = "backup_still_runs"
    title = "Run does not stop"


class ConfigDrifted(BackupError):
    """Somebody edited the product's configuration by hand; it is not overwritten silently."""

    code = "backup_config_drifted"
    title = "Configuration was edited by hand"


class ConfigInUse(BackupError):
    """A resource is to be removed that another one names."""

    code = "backup_config_in_use"
    title = "Resource is in use"


class ClientExists(BackupError):
    """There is a client of this name already, configured otherwise."""

    code = "backup_client_exists"
    title = "Client exists"
