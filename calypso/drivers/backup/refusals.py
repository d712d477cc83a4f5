"""How a backup product refuses: one class for each reason, with a code that never changes.

What jobs, runs, clients and volumes are to blame for; `director_refusals.py` has what the
director itself is.
"""

from calypso.errors import SubsystemError


class BackupError(SubsystemError):
    """The backup product refused."""

    code = "backup_error"
    title = "Backup refused"


class BackupJobMissing(BackupError):
    """The director knows no such job."""

    code = "backup_job_missing"
    title = "No such backup job"


class ClientMissing(BackupError):
    """The director knows no such client."""

    code = "backup_client_missing"
    title = "No such client"


class FilesetMissing(BackupError):
    """The director knows no such fileset."""

    code = "backup_fileset_missing"
    title = "No such fileset"


class BackupPoolMissing(BackupError):
    """The director knows no such pool."""

    code = "backup_pool_missing"
    title = "No such pool"


class NextPoolMissing(BackupError):
    """Nobody has said where copies, migrations or virtual fulls go."""

    code = "backup_next_pool_missing"
    title = "No next pool"


class FilesDiffer(BackupError):
    """Files are not as a backup has them; `original` names them, as the product does."""

    code = "backup_files_differ"
    title = "Files differ"


class StorageMissing(BackupError):
    """The director knows no such storage."""

    code = "backup_storage_missing"
    title = "No such storage"


class VolumeMissing(BackupError):
    """The catalog has no such volume."""

    code = "backup_volume_missing"
    title = "No such volume"


class VolumeExists(BackupError):
    """A volume of this name exists already."""

    code = "backup_volume_exists"
    title = "Volume exists"


class VolumeInUse(BackupError):
    """The volume is being written, or still holds what must be kept."""

    code = "backup_volume_in_use"
    title = "Volume in use"


class VolumeFaulty(BackupError):
    """The volume could not be read, written or labelled."""

    code = "backup_volume_faulty"
    title = "Volume is faulty"


class CatalogInUse(BackupError):
    """Runs write to the catalog now, and what was asked for would take it from under them."""

    code = "backup_catalog_in_use"
    title = "Catalog in use"


class RunMissing(BackupError):
    """The catalog has no run of this number."""

    code = "backup_run_missing"
    title = "No such run"


class RunNotLive(BackupError):
    """The run has ended, or the director has lost it; there is nothing to stop."""

    code = "backup_run_not_live"
    title = "Run has ended"


class NothingToRestore(BackupError):
    """What was asked for is in no backup that can be restored from."""

    code = "backup_nothing_to_restore"
    title = "Nothing to restore"


class ClientDown(BackupError):
    """The client's file daemon does not answer the director."""

    code = "backup_client_down"
    title = "Client is down"
    transient = True


class StorageDown(BackupError):
    """The storage daemon does not answer the director."""

    code = "backup_storage_down"
    title = "Storage daemon is down"
    transient = True


class PasswordRefused(BackupError):
    """Two daemons do not know each other: their passwords or names differ."""

    code = "backup_password_refused"
    title = "Daemons do not know each other"


class OutOfSpace(BackupError):
    """There is no room for the volumes."""

    code = "backup_out_of_space"
    title = "No space left"


class BadName(BackupError):
    """The product takes no such name."""

    code = "backup_bad_name"
    title = "Name refused"


class Unsupported(BackupError):
    """The product, or the way it is set up, cannot do it."""

    code = "backup_unsupported"
    title = "Not supported here"
