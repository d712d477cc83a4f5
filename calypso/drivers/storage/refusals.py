"""How a storage product refuses: one class for each reason, with a code that never changes."""

from calypso.errors import SubsystemError


class StorageError(SubsystemError):
    """The storage refused."""

    code = "storage_error"
    title = "Storage refused"


class DatasetMissing(StorageError):
    """There is no such dataset."""

    code = "storage_dataset_missing"
    title = "No such dataset"


class DatasetExists(StorageError):
    """A dataset of this name exists already."""

    code = "storage_dataset_exists"
    title = "Dataset exists"


class ParentMissing(StorageError):
    """The dataset above does not exist."""

    code = "storage_parent_missing"
    title = "Parent dataset missing"


class SnapshotMissing(StorageError):
    """There is no such snapshot."""

    code = "storage_snapshot_missing"
    title = "No such snapshot"


class SnapshotExists(StorageError):
    """A snapshot of this name exists already."""

    code = "storage_snapshot_exists"
    title = "Snapshot exists"


class HasDependents(StorageError):
    """Children, snapshots or clones depend on it."""

    code = "storage_has_dependents"
    title = "Others depend on it"


class HasClones(HasDependents):
    """A clone depends on the snapshot."""

    code = "storage_has_clones"
    title = "A clone depends on it"


class NewerSnapshots(StorageError):
    """There are snapshots newer than the one to go back to."""

    code = "storage_newer_snapshots"
    title = "Newer snapshots exist"


class Held(StorageError):
    """A hold keeps the snapshot."""

    code = "storage_held"
    title = "Snapshot is held"


class Busy(StorageError):
    """Somebody uses it right now."""

    code = "storage_busy"
    title = "In use"


class OutOfSpace(StorageError):
    """There is no room, or a quota is used up."""

    code = "storage_out_of_space"
    title = "Out of space"


class WouldShrink(StorageError):
    """The size asked for is below the present one: what lies beyond would be lost."""

    code = "storage_would_shrink"
    title = "Would shrink"


class NotAClone(StorageError):
    """The dataset comes from no snapshot."""

    code = "storage_not_a_clone"
    title = "Not a clone"


class KeyWrong(StorageError):
    """The key does not open the dataset, or cannot be a key of its kind."""

    code = "storage_key_wrong"
    title = "Wrong key"


class KeyMissing(StorageError):
    """The dataset is locked: its key has not been given."""

    code = "storage_key_missing"
    title = "Dataset is locked"


class NotEncryptionRoot(StorageError):
    """The dataset has no key of its own."""

    code = "storage_not_encryption_root"
    title = "No key of its own"


class BadName(StorageError):
    """The product does not take this name."""

    code = "storage_bad_name"
    title = "Name refused"


class BadProperty(StorageError):
    """The product does not know this property or value."""

    code = "storage_bad_property"
    title = "Property refused"


class NotPermitted(StorageError):
    """The worker lacks the rights for this."""

    code = "storage_not_permitted"
    title = "Worker lacks the rights"


class Unsupported(StorageError):
    """The product cannot do this."""

    code = "storage_unsupported"
    title = "Not supported by this product"


class BaseMissing(StorageError):
    """Source and target have no such snapshot in common."""

    code = "storage_base_missing"
    title = "No common snapshot"


class StreamBroken(StorageError):
    """The stream ended early or did not pass its checks; the target is as it was."""

    code = "storage_stream_broken"
    title = "Transfer broken"
    transient = True


class StreamStalled(StreamBroken):
    """Nothing was sent for a long time, though both ends were there; they were ended."""

    code = "storage_stream_stalled"
    title = "Transfer stalled"


class ProductMissing(StorageError):
    """The product is not installed or its kernel module is not loaded."""

    code = "storage_product_missing"
    title = "Storage product missing"
