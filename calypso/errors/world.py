"""What the state of things forbids now."""

from typing import Self

from calypso.errors.base import CalypsoError


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


class LookupRefused(Conflict):
    """The subsystem cannot tell what was asked; text and code are its own."""

    code = "lookup_refused"
    title = "Cannot be looked up"

    @classmethod
    def by(cls, code: str, title: str, detail: str) -> Self:
        """Return it in the words of the subsystem's refusal."""
        made = cls(detail)
        made.code, made.title = code, title
        return made


class InUse(Conflict):
    """Something still refers to this."""

    code = "in_use"
    title = "Still in use"


class PreconditionFailed(Conflict):
    """What you edit has changed since you read it."""

    code = "precondition_failed"
    title = "Changed meanwhile"
