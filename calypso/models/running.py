"""What a run function holds while its job runs."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from calypso.models.backup_books import BackupBooks, BackupReading
from calypso.models.books import MediaBooks, MediaReading
from calypso.models.job import Job
from calypso.models.schedule import Schedule


class Known(Protocol):
    """What Calypso has on record, for a run or a plan that must heed it."""

    @property
    def node(self) -> str | None:
        """The node this is about; None for all."""

    @property
    def media(self) -> MediaReading:
        """The books of tape of this node."""

    @property
    def backup(self) -> BackupReading:
        """The backup configuration of this node."""

    def schedules(self, type_name: str) -> Sequence[Schedule]:
        """Return every schedule of a job type, disabled ones too."""

    def unfinished(self, type_name: str) -> Sequence[Job]:
        """Return the jobs of a type on this node that have not ended."""

    def succeeded(self, type_name: str) -> Sequence[Job]:
        """Return the latest jobs of a type that succeeded on this node, the last first."""

    def job(self, job_id: str) -> Job | None:
        """Return a job; None when there is none, or none any more."""


class RunningJob(Known, Protocol):
    """The running job, seen from inside its run function.

    All verbs are safe to call as often as you like; throttling is not your concern.
    """

    @property
    def job_id(self) -> str:
        """The job's id."""

    @property
    def node(self) -> str:
        """The node it runs on."""

    @property
    def media(self) -> MediaBooks:
        """The books of tape of this node, to write in."""

    @property
    def backup(self) -> BackupBooks:
        """The backup configuration of this node, to note a new one."""

    @property
    def token(self) -> str:
        """A tag for side effects, `calypso-<job>-<epoch>`: holds, bookmarks, comments."""

    @property
    def earlier_tokens(self) -> list[str]:
        """The tags of earlier runs of this job, whose side effects may be left over."""

    @property
    def attempt(self) -> int:
        """1 at the first run, 2 at the second."""

    @property
    def external(self) -> str | None:
        """What an earlier attempt noted with `remember`, or None."""

    @property
    def secrets_path(self) -> str:
        """A private directory, in memory where there is such, that vanishes with the run."""

    def report(
        self,
        *,
        done: int | None = None,
        total: int | None = None,
        unit: str | None = None,
        percent: float | None = None,
        phase: str | None = None,
        message: str | None = None,
    ) -> None:
        """Say how far the job is; `done`/`total` in `unit` give percent, rate and ETA."""

    def log(self, line: str) -> None:
        """Add a line to the job's log."""

    def warn(self, code: str, message: str) -> None:
        """Add a complaint; a job that ends well with some is succeeded with warnings."""

    def stop_if_cancelled(self) -> None:
        """Raise JobCancelled when somebody asked the job to stop. Call it between two steps."""

    def wait(self, seconds: float) -> None:
        """Pause, raising JobCancelled as soon as the job is to stop."""

    def tidying(self) -> AbstractContextManager[None]:
        """Hold back a cancel while the body cleans up or finishes what must not be cut."""

    def remember(self, external: str) -> None:
        """Note what lives outside (a scrub, a foreign job id), so that a rerun follows it."""

    def start(
        self, type_name: str, params: Mapping[str, Any], *, name: str, node: str | None = None
    ) -> str:
        """Start another job with the rights of who asked for this one; returns its id.

        Once for each `name`, however often this job is run; on this node unless another is named.
        """

    def wait_for(self, children: Sequence[str]) -> list[Job]:
        """Return children of this job once all have ended, however they ended.

        Until then this run ends: its slot and its locks are given back, and when the children have
        ended the run function is called again, from the top.
        """

    def secret(self, name: str) -> str:
        """Return the value of a secret. It must not reach argv, a log or the result."""
