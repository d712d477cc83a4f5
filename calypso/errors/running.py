"""What ends a run, and how a product refuses."""

from collections.abc import Sequence
from typing import ClassVar, Self

from calypso.errors.base import CalypsoError


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
