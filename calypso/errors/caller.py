"""What the caller must change."""

from collections.abc import Sequence

from calypso.errors.base import CalypsoError, FieldError


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
