"""What is so already, or is not there to be undone: refusals that the verbs of this driver mend."""

from calypso.drivers.storage import DatasetMissing, StorageError


class PartialDataset(DatasetMissing):
    """There is only what a cut first transfer left: for all but who goes on with it, nothing."""


class ScrubRunning(StorageError):
    """The pool is being scrubbed already."""

    code = "storage_zfs_scrub_running"
    title = "Scrub runs already"


class ScrubPaused(StorageError):
    """The scrub is paused already."""

    code = "storage_zfs_scrub_paused"
    title = "Scrub is paused"


class Resilvering(StorageError):
    """The pool is rebuilding a device and takes no scrub meanwhile."""

    code = "storage_zfs_resilvering"
    title = "Pool is resilvering"


class NoScrub(StorageError):
    """No scrub is running."""

    code = "storage_zfs_no_scrub"
    title = "No scrub runs"


class RunsAlready(StorageError):
    """What was to be begun on the devices runs there already."""

    code = "storage_zfs_runs_already"
    title = "Runs already"


class NothingToStop(StorageError):
    """What was to be stopped does not run."""

    code = "storage_zfs_nothing_to_stop"
    title = "Nothing to stop"


class TagExists(StorageError):
    """The snapshot has this hold already."""

    code = "storage_zfs_tag_exists"
    title = "Hold is there already"


class TagMissing(StorageError):
    """The snapshot has no such hold."""

    code = "storage_zfs_tag_missing"
    title = "No such hold"


class KeyLoaded(StorageError):
    """The dataset is unlocked already."""

    code = "storage_zfs_key_loaded"
    title = "Key is loaded already"


class KeyUnloaded(StorageError):
    """The dataset is locked already."""

    code = "storage_zfs_key_unloaded"
    title = "Key is not loaded"


class MountedAlready(StorageError):
    """The filesystem is mounted already."""

    code = "storage_zfs_mounted"
    title = "Mounted already"


class NotMounted(StorageError):
    """The filesystem is not mounted."""

    code = "storage_zfs_not_mounted"
    title = "Not mounted"


class NothingToAbort(StorageError):
    """No cut transfer has left anything in the dataset."""

    code = "storage_zfs_nothing_to_abort"
    title = "Nothing to abort"
