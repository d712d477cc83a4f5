"""Everything raised on purpose: a tree by blame, each with a stable `code`.

The text of an error may improve any day; its `code` never changes. A message says who, what, and
the way out. What the HTTP door answers to each branch is decided in `api/problems.py`.
"""

from calypso.errors.base import (
    CalypsoError,
    FieldError,
)
from calypso.errors.caller import (
    CallerError,
    Forbidden,
    IdempotencyConflict,
    Invalid,
    NotFound,
    PlanRequired,
    TooManyAttempts,
    Unauthenticated,
    UnknownJobType,
    Unreadable,
)
from calypso.errors.running import (
    CommandFailed,
    CommandMissing,
    CommandTimedOut,
    JobCancelled,
    JobFenced,
    JobParked,
    JobTimedOut,
    SubsystemError,
)
from calypso.errors.servers import (
    LookupTimedOut,
    Misconfigured,
    PlanTimedOut,
    StoreUnavailable,
    SubsystemUnavailable,
    Unavailable,
    Undelivered,
)
from calypso.errors.world import (
    AlreadyEnded,
    ChildRefused,
    Conflict,
    DuplicateJob,
    InUse,
    LookupRefused,
    NotCancellable,
    NotSilent,
    PlanRefused,
    PlanStale,
    PreconditionFailed,
)

__all__ = [
    "AlreadyEnded",
    "CallerError",
    "CalypsoError",
    "ChildRefused",
    "CommandFailed",
    "CommandMissing",
    "CommandTimedOut",
    "Conflict",
    "DuplicateJob",
    "FieldError",
    "Forbidden",
    "IdempotencyConflict",
    "InUse",
    "Invalid",
    "JobCancelled",
    "JobFenced",
    "JobParked",
    "JobTimedOut",
    "LookupRefused",
    "LookupTimedOut",
    "Misconfigured",
    "NotCancellable",
    "NotFound",
    "NotSilent",
    "PlanRefused",
    "PlanRequired",
    "PlanStale",
    "PlanTimedOut",
    "PreconditionFailed",
    "StoreUnavailable",
    "SubsystemError",
    "SubsystemUnavailable",
    "TooManyAttempts",
    "Unauthenticated",
    "Unavailable",
    "Undelivered",
    "UnknownJobType",
    "Unreadable",
]
