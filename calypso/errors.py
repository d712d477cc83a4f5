"""Everything raised on purpose: a tree by blame, each with a stable `code`.

The text of an error may improve any day; its `code` never changes. A message says who, what, and
the way out. What the HTTP door answers to each branch is decided in `api/problems.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field: `pointer` is a JSON pointer into what was sent."""

    pointer: str
    code: str
    message: str


class CalypsoError(Exception):
    """Something Calypso refuses or could not do, said in words for people."""

    code: ClassVar[str] = "error"
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, detail: str = "") -> None:
        self.detail = detail or self.title
        super().__init__(self.detail)


# ---- the caller's part


class CallerError(CalypsoError):
    """The request cannot be served as it stands; the same request will fail again."""

    code = "bad_request"
    title = "Bad request"


class Unreadable(CallerError):
    """What was sent could not be read at all."""

    code = "unreadable"
    title = "Unreadable request"


class Unauthenticated(CallerError):
    """Nobody, or nobody we know, is asking."""

    code = "unauthenticated"
    title = "Sign in first"


class Forbidden(CallerError):
    """Who asks may not do this."""

    code = "forbidden"
    title = "Not allowed"


class NotFound(CallerError):
    """There is no such thing."""

    code = "not_found"
    title = "Not found"


class UnknownJobType(NotFound):
    """No job type has this name."""

    code = "unknown_job_type"
    title = "Unknown job type"


class Invalid(CallerError):
    """The request was read, but fields in it are wrong; `errors` names each."""

    code = "invalid"
    title = "Invalid fields"

    def __init__(self, detail: str = "", errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail)
        self.errors = tuple(errors)


class IdempotencyConflict(Invalid):
    """The idempotency key was used for another request."""

    code = "idempotency_key_reused"
    title = "Idempotency key reused"


class PlanRequired(CallerError):
    """A destructive job needs the hash of a plan that somebody has seen."""

    code = "plan_required"
    title = "Plan required"


class TooManyAttempts(CallerError):
    """Too many failures in a short time; wait `retry_after_s`."""

    code = "too_many_attempts"
    title = "Too many attempts"

    def __init__(self, detail: str = "", *, retry_after_s: int = 30) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


# ---- the world's part


class Conflict(CalypsoError):
    """The request is right, but the state of things forbids it now."""

    code = "conflict"
    title = "Conflict"

    def __init__(self, detail: str = "", *, holder_job: str | None = None) -> None:
        super().__init__(detail)
        self.holder_job = holder_job


class AlreadyEnded(Conflict):
    """The job has ended; nothing can be changed about it."""

    code = "already_ended"
    title = "The job has ended"


class NotCancellable(Conflict):
    """The job cannot be stopped now without leaving damage."""

    code = "not_cancellable"
    title = "Cannot be cancelled now"


class DuplicateJob(Conflict):
    """The same work is unfinished already; see `holder_job`."""

    code = "duplicate_job"
    title = "The same job is unfinished"


class NotSilent(Conflict):
    """The node of this job may still be running it; only a silent one's job may be released."""

    code = "not_silent"
    title = "Its node may still run it"


class ChildRefused(Conflict):
    """A running job may not start, or wait for, such a job: neither would ever end."""

    code = "child_refused"
    title = "The job cannot start this child"


class PlanStale(Conflict):
    """The world has moved since the plan was made; make it again."""

    code = "plan-stale"
    title = "Plan is stale"


class PlanRefused(Conflict):
    """The subsystem says that the job could not even start; the text is its word."""

    code = "plan_refused"
    title = "Cannot be done as things stand"


class InUse(Conflict):
    """Something still refers to this."""

    code = "in_use"
    title = "Still in use"


class PreconditionFailed(Conflict):
    """What you edit has changed since you read it."""

    code = "precondition_failed"
    title = "Changed meanwhile"


# ---- our servers' part


class Unavailable(CalypsoError):
    """A part of Calypso is out of reach; nothing is lost, try again after `retry_after_s`."""

    code = "unavailable"
    title = "Temporarily unavailable"

    def __init__(self, detail: str = "", *, retry_after_s: int = 5) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class StoreUnavailable(Unavailable):
    """PostgreSQL cannot be reached."""

    code = "store_unavailable"
    title = "Database unavailable"


class SubsystemUnavailable(Unavailable):
    """No worker on that node serves this subsystem, or its product is missing."""

    code = "subsystem_unavailable"
    title = "Subsystem unavailable"


class PlanTimedOut(Unavailable):
    """The worker did not finish the plan in time."""

    code = "plan_timed_out"
    title = "No plan in time"


class Misconfigured(CalypsoError):
    """The settings cannot work; the text names the setting and what to write."""

    code = "misconfigured"
    title = "Misconfigured"


# ---- what ends a run


class JobCancelled(CalypsoError):
    """Raised inside a running job when somebody asked it to stop."""

    code = "cancelled"
    title = "Cancelled"


class JobFenced(CalypsoError):
    """The process no longer owns the job: stop at once and write nothing."""

    code = "fenced"
    title = "Job taken by another epoch"


class JobParked(CalypsoError):
    """Raised inside a running job that waits for its children: it gives its slot back.

    Let it go on its way; when the children have ended the run function is called again.
    """

    code = "parked"
    title = "Waits for its children"

    def __init__(self, children: Sequence[str]) -> None:
        super().__init__(f"Waits for {len(children)} jobs it started.")
        self.children = tuple(children)


class JobTimedOut(CalypsoError):
    """The job ran longer than its type allows."""

    code = "job_timed_out"
    title = "Timed out"


class SubsystemError(CalypsoError):
    """A product refused or failed; `original` is what it said.

    `transient`: the same call may succeed later without anybody's help, so the type's retry
    policy applies.
    """

    code = "subsystem_error"
    title = "The subsystem refused"
    transient: ClassVar[bool] = False

    def __init__(self, detail: str = "", *, original: str = "") -> None:
        super().__init__(detail)
        self.original = original

    def adding(self, told: str) -> Self:
        """Return the same refusal, which says something more."""
        return type(self)(f"{self.detail} {told}", original=self.original)


class CommandMissing(SubsystemError):
    """The program is not installed."""

    code = "command_missing"
    title = "Program not found"


class CommandTimedOut(SubsystemError):
    """The program did not answer in time and was killed."""

    code = "command_timed_out"
    title = "Program did not answer in time"


class CommandFailed(SubsystemError):
    """The program ended with an error nobody has a name for yet."""

    code = "command_failed"
    title = "Program failed"


class Undelivered(CalypsoError):
    """A letter about an alert could not be sent; it is tried again."""

    code = "undelivered"
    title = "Not delivered"
