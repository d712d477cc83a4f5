"""What goes on in a pool already, or does not: refusals that the verbs of this driver mend."""

from calypso.drivers.storage import StorageError


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
