"""How a storage product refuses what is asked of pools and disks."""

from calypso.drivers.storage.refusals import StorageError


class PoolMissing(StorageError):
    """There is no such pool."""

    code = "storage_pool_missing"
    title = "No such pool"


class PoolExists(StorageError):
    """A pool of this name exists already."""

    code = "storage_pool_exists"
    title = "Pool exists"


class PoolSuspended(StorageError):
    """The pool has lost its disks; nothing moves until they are back."""

    code = "storage_pool_suspended"
    title = "Pool is suspended"


class DeviceMissing(StorageError):
    """A device named for the pool does not exist."""

    code = "storage_device_missing"
    title = "No such device"


class DeviceInUse(StorageError):
    """A device named for the pool is used by something else."""

    code = "storage_device_in_use"
    title = "Device in use"


class DeviceUnfit(StorageError):
    """A device is too small, or the layout does not fit its devices."""

    code = "storage_device_unfit"
    title = "Device does not fit"


class PoolUnavailable(StorageError):
    """Too many of the pool's devices are missing or damaged."""

    code = "storage_pool_unavailable"
    title = "Pool cannot be opened"


class PoolElsewhere(StorageError):
    """Another system uses the pool, or was the last to."""

    code = "storage_pool_elsewhere"
    title = "Pool belongs to another system"


class PoolAmbiguous(StorageError):
    """Several pools have this name."""

    code = "storage_pool_ambiguous"
    title = "Several pools of that name"


class NoReplicas(StorageError):
    """The rest of the pool does not hold all data without this device."""

    code = "storage_no_replicas"
    title = "Nothing else holds the data"


class CheckpointExists(StorageError):
    """The pool has a checkpoint, which forbids this."""

    code = "storage_checkpoint_exists"
    title = "Pool has a checkpoint"


class CheckpointMissing(StorageError):
    """The pool has no checkpoint."""

    code = "storage_checkpoint_missing"
    title = "Pool has no checkpoint"


class Interrupted(StorageError):
    """Somebody else stopped what the job followed before its end."""

    code = "storage_interrupted"
    title = "Stopped before its end"


class SelfTestFailed(StorageError):
    """The disk failed its own test."""

    code = "storage_self_test_failed"
    title = "Disk failed its self-test"
