"""What `zfs` and `zpool` say when they refuse, as the refusals of the storage protocol.

The only room that knows these texts. Measured on OpenZFS 2.1.11; the texts are those of
LC_ALL=C. Exit codes say little (1, 2 with the whole usage text, 255), so the text decides: the
first line that starts with `cannot`, and what follows it.
"""

import re

from calypso.drivers.storage import (
    BadName,
    BadProperty,
    BaseMissing,
    Busy,
    CheckpointExists,
    CheckpointMissing,
    DatasetExists,
    DatasetMissing,
    DeviceInUse,
    DeviceMissing,
    DeviceUnfit,
    HasClones,
    HasDependents,
    Held,
    KeyMissing,
    KeyWrong,
    NewerSnapshots,
    NoReplicas,
    NotAClone,
    NotEncryptionRoot,
    NotPermitted,
    OutOfSpace,
    ParentMissing,
    PoolAmbiguous,
    PoolElsewhere,
    PoolExists,
    PoolMissing,
    PoolSuspended,
    PoolUnavailable,
    ProductMissing,
    SnapshotExists,
    SnapshotMissing,
    StorageError,
    StreamBroken,
    Unsupported,
)
from calypso.drivers.storage.zfs.refusals import (
    KeyLoaded,
    KeyUnloaded,
    MountedAlready,
    NoScrub,
    NothingToAbort,
    NothingToStop,
    NotMounted,
    Resilvering,
    RunsAlready,
    ScrubPaused,
    ScrubRunning,
    TagExists,
    TagMissing,
)
from calypso.host import Ran

SIGPIPE_CODE = 141  # as a shell says that the reader was gone


_IN_USE = (
    r"is in use and contains|is part of |contains a (?!unknown)\w|refer to the same device"
    r"|Device or resource busy|is a member \(ACTIVE\)"
)
_MISSING = (
    r"cannot resolve path|no such device in|no such vdev|invalid device$|cannot open '/.*[Nn]o such"
)
_BAD_NAME = (
    r"invalid character|name is too long|name is reserved|name must begin with a letter"
    r"|(leading|trailing) slash in name|empty component or misplaced|multiple '@' and/or '#'"
    r"|delimiter '.' is not expected here|(self|parent) reference, '\.\.?'|invalid name"
)
_BAD_PROPERTY = (
    r"invalid property|must be one of|bad numeric value|is not a valid (pool )?property"
    r"|^invalid '.*' property|is readonly\b|does not apply to datasets of this type"
    r"|property value too long|must be a multiple of|property cannot be inherited"
    r"|^bad property list|unsupported by kernel"
)
_BAD_KEY = (
    r"Incorrect key provided|(Passphrase|Hex key|Raw key) too (short|long)|[Ii]nvalid hex"
    r"|Failed to (set|get) key|Invalid (hex|passphrase)"
)
_BROKEN = (
    r"incomplete stream|checksum mismatch|invalid stream|failed to read from stream|Broken pipe"
    r"|invalid backup stream"
)

# The first that fits counts: what is narrow stands above what is wide.
_REFUSALS: tuple[tuple[str, type[StorageError], str], ...] = (
    (r"/dev/zfs and /proc/self/mounts are required", ProductMissing, "Load the module zfs."),
    (
        r"pool I/O is currently suspended",
        PoolSuspended,
        "Bring its disks back, then clear it: storage.pool_clear.",
    ),
    (r"permission denied|Permission denied", NotPermitted, "Run the worker as root."),
    (r"pool is read-only", StorageError, "Import it writable."),
    (r"scrub is paused", ScrubPaused, "Resume it."),
    (r"currently scrubbing", ScrubRunning, ""),
    (r"currently (initializing|trimming)", RunsAlready, ""),
    (r"there is no active (initialization|trim)", NothingToStop, ""),
    (r"trim operations are not supported|no devices in pool support trim", Unsupported, ""),
    (r"^cannot cancel removal", NothingToStop, ""),
    (r"device removal in progress|removal may already be in progress", Busy, "Wait for its end."),
    (r"raidz expansion in progress|RAIDZ expansion", Busy, "Wait for its end."),
    (r"currently discarding checkpoint", CheckpointExists, "Wait until it is discarded."),
    (r"checkpoint does not exist", CheckpointMissing, ""),
    (r"checkpoint exists|has a checkpoint", CheckpointExists, "Discard it first."),
    (r"more than one matching pool", PoolAmbiguous, "Name it by its guid."),
    (r"previously in use from another system|is imported on |may be in use", PoolElsewhere, ""),
    (r"^cannot import '.*': no such pool or dataset", PoolUnavailable, "Attach its devices."),
    # When a disk is used again at once: udev has not made the name of its partition anew.
    (r"^cannot create '.*devices is currently unavailable", DeviceMissing, "Try again soon."),
    (r"one or more devices is currently unavailable|: I/O error", PoolUnavailable, ""),
    (r"unsupported version or feature|not supported by this system", Unsupported, ""),
    (r"unplayed intent logs", Busy, "Bring its filesystems up first, or clear the pool."),
    (r"only applicable to mirror|can only attach to|all top-level vdevs must", Unsupported, ""),
    (r"operation not supported|not supported on this type", Unsupported, ""),
    (r"already in replacing/spare config", Busy, "Wait for the end of it."),
    (r"no valid replicas", NoReplicas, "Replace it, or bring its partner back first."),
    (r"different optimal sector size|different physical sector sizes", DeviceUnfit, ""),
    (r"reserved as a hot spare|reserved as a cache|active shared spare", DeviceInUse, ""),
    (r"currently resilvering", Resilvering, "Wait for the end of it."),
    (r"there is no active scrub", NoScrub, ""),
    (r"Key already loaded", KeyLoaded, ""),
    (r"Key already unloaded", KeyUnloaded, ""),
    (_BAD_KEY, KeyWrong, ""),
    (r"Key (load|change|unload) error: .* is busy|^Key unload error: .*busy", Busy, "End its use."),
    (
        r"[Kk]ey must be loaded|key (is )?not loaded|[Ee]ncryption key .*not loaded",
        KeyMissing,
        "Unlock it.",
    ),
    (r"Keys must be (un)?loaded for|is not encrypted|Dataset not encrypted", NotEncryptionRoot, ""),
    (r"filesystem already mounted", MountedAlready, ""),
    (r"not a cloned filesystem", NotAClone, ""),
    (r"conflicting snapshot '.*' from parent", SnapshotExists, "Rename it or destroy it."),
    (r"tag already exists on this dataset", TagExists, ""),
    (r"no such tag on this dataset", TagMissing, ""),
    (r"does not have any resumable receive state", NothingToAbort, ""),
    (r"not currently mounted", NotMounted, ""),
    (r"destination '?[^']*'? ?exists|destination has snapshots", DatasetExists, ""),
    (r"has been modified\s+since|does not\s+match incremental source", BaseMissing, ""),
    (r"destination '.*' does not exist|not an earlier snapshot from", BaseMissing, ""),
    (_BROKEN, StreamBroken, ""),
    (r"parent does not exist", ParentMissing, "Make it first."),
    (r": no such pool", PoolMissing, ""),
    (r"pool already exists|a pool with that name already exists", PoolExists, ""),
    (r"^cannot create snapshot '.*': dataset already exists", SnapshotExists, ""),
    (r"dataset already exists", DatasetExists, ""),
    (r"could not find any snapshots to destroy", SnapshotMissing, ""),
    (r"^cannot [^'\n]*'[^'\n]*@[^'\n]*': dataset does not exist", SnapshotMissing, ""),
    (r"dataset does not exist|no such dataset", DatasetMissing, ""),
    (r"has dependent clones|clones of previous snapshots exist", HasClones, "See the clones."),
    (r"(filesystem|volume) has children", HasDependents, "Destroy those as well, or first."),
    (r"more recent snapshots or bookmarks exist", NewerSnapshots, "Destroy those as well."),
    (r"^cannot destroy snapshot .*: dataset is busy", Held, "A hold or a running send keeps it."),
    (r"dataset is busy|pool is busy", Busy, "End what uses it."),
    (r"out of space|Disk quota exceeded|No space left", OutOfSpace, "Destroy old snapshots."),
    (r"greater than available space|less than current used", OutOfSpace, ""),
    (_IN_USE, DeviceInUse, "Choose another device, or wipe this one."),
    (r"device is too small|new device must be", DeviceUnfit, ""),
    (_MISSING, DeviceMissing, ""),
    (r"less than the minimum size", DeviceUnfit, ""),
    (r"invalid vdev specification|invalid vdev configuration", DeviceUnfit, ""),
    (r"operation does not apply to pools", Unsupported, "Destroy the pool instead."),
    (_BAD_PROPERTY, BadProperty, ""),
    (_BAD_NAME, BadName, ""),
)
_COMPILED = tuple((re.compile(text, re.MULTILINE), kind, hint) for text, kind, hint in _REFUSALS)


def read(ran: Ran) -> StorageError:
    """Return the refusal a failed command means; the first complaint counts."""
    said = complaint(ran)
    for pattern, kind, hint in _COMPILED:
        if pattern.search(said):
            return kind(_sentence(said, hint), original=ran.stderr)
    return StorageError(_sentence(said, ""), original=ran.stderr)


def complaint(ran: Ran) -> str:
    """Return the first complaint with the lines that belong to it, without the usage text."""
    if not ran.stderr.strip():
        return f"The command {' '.join(ran.argv[:2])} {_ending(ran.code)} and said nothing"
    lines = ran.stderr.partition("usage:\n")[0].splitlines()
    start = lines.index(ran.complaint) if ran.complaint in lines else 0
    rest = lines[start + 1 :]
    begins = ("cannot ", "warning: cannot ")
    end = next((at for at, line in enumerate(rest) if line.startswith(begins)), len(rest))
    return "\n".join([*lines[start : start + 1], *rest[:end]]) or ran.complaint


def of_transfer(sender: Ran, receiver: Ran) -> StorageError | None:
    """Return the refusal of a send into a receive, or None when both went well.

    The end that has a reason of its own counts: a receiver only starved when its sender failed,
    a sender only lost its reader when the receiver refused.
    """
    if sender.ok and receiver.ok:
        return None
    failures = [read(ran) for ran in (receiver, sender) if not ran.ok and not _was_cut(ran)]
    own = [one for one in failures if not isinstance(one, StreamBroken)]
    killed = StreamBroken("One end of the transfer was killed.", original=receiver.stderr)
    return [*own, *failures, killed][0]


def _was_cut(ran: Ran) -> bool:
    return ran.code < 0 or ran.code == SIGPIPE_CODE or "Broken pipe" in ran.stderr


def _ending(code: int) -> str:
    return f"was killed by signal {-code}" if code < 0 else f"ended with status {code}"


def _sentence(said: str, hint: str) -> str:
    """Return a complaint as a sentence for people: what was said, then the way out."""
    first, *more = said.strip().splitlines()
    named = [line.strip() for line in more if line.strip() and not line.startswith("use '")]
    text = " ".join([first[:1].upper() + first[1:], *named[:5]]).rstrip(".:")
    return f"{text}. {hint}".strip()
