"""Runs: what was started, what it does now, what it left behind. Times are UTC, sizes bytes."""

import posixpath
from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from calypso.drivers.backup.values import Level, RunKind, Value


class RunState(StrEnum):
    """How it goes with a run."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    WARNINGS = "warnings"
    DIFFERENCES = "differences"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INCOMPLETE = "incomplete"

    @property
    def is_over(self) -> bool:
        """Whether the product does nothing more for it."""
        return self not in (RunState.WAITING, RunState.RUNNING)


class Run(Value):
    """One run of a job, as the catalog has it.

    `unique`: the product's own name for it. `status_letter`, `status_text`: as the product has
    them. Files and bytes are 0 until it has ended. `is_purged`: its files are no longer listed.
    """

    id: int
    name: str
    unique: str
    kind: RunKind
    level: Level | None
    state: RunState
    status_letter: str
    status_text: str
    client: str
    fileset: str
    pool: str
    scheduled_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    files: int
    bytes: int
    errors: int
    comment: str
    is_purged: bool
    volumes: tuple[str, ...]


class LiveRun(Value):
    """What a run does now. None: nobody who could tell has been reached.

    `phase`: "running", or what it waits for, in the director's words.
    """

    id: int
    state: RunState
    phase: str
    files: int = 0
    bytes: int = 0
    bytes_per_s: int = 0
    files_examined: int = 0
    current_file: str | None = None
    errors: int = 0
    volume: str | None = None
    device: str | None = None


class LogLine(Value):
    """Something that a daemon had to say about a run; `id` rises."""

    id: int
    at: datetime | None
    text: str


class Copied(Value):
    """A backup that was copied or moved to other volumes: the run it was, and the one it is."""

    source: int
    copy_id: int


class Estimate(Value):
    """What a run would take along."""

    files: int
    bytes: int


class RunFilter(Value):
    """Which runs are wanted; None: any."""

    job: str | None = None
    client: str | None = None
    fileset: str | None = None
    kind: RunKind | None = None
    level: Level | None = None
    states: tuple[RunState, ...] = ()
    comment: str | None = None
    started_before: datetime | None = None


class Replace(StrEnum):
    """Which files a restore may write over."""

    ALWAYS = "always"
    NEVER = "never"
    IF_NEWER = "ifnewer"
    IF_OLDER = "ifolder"


class RestoreSpec(Value):
    """What is restored, and to where.

    `runs`: those to restore from, all of them together; empty: the newest full backup of `client`
    and `fileset` and what follows it, as of `before`. `paths`: files and folders as the catalog
    has them; None: all. `where`: a folder that they are put below. To put them back where they
    were is asked for by `in_place`. `job`: the restore job; None: the director's first.
    """

    client: str
    runs: tuple[int, ...] = ()
    fileset: str | None = None
    before: datetime | None = None
    paths: tuple[str, ...] | None = None
    to_client: str | None = None
    where: str | None = Field(default=None, pattern=r"^/[^\x00-\x1f]*$", max_length=900)
    in_place: bool = False
    replace: Replace = Replace.NEVER
    job: str | None = None

    @model_validator(mode="after")
    def _to_one_place(self) -> Self:
        is_root = self.where is not None and posixpath.normpath(self.where).strip("/") == ""
        if self.in_place == (self.where is not None):
            raise ValueError("say either where, a folder to restore below, or in_place")
        if is_root:
            raise ValueError(
                "a restore to / writes over what is there; say in_place if you mean it"
            )
        if not self.runs and self.fileset is None:
            raise ValueError("name either runs to restore from, or a fileset")
        return self
