"""Who holds what, who waits for it, and how long the lines are."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from calypso.models.job import State


class LockEntry(BaseModel):
    """A path that a job holds, or at which it waits."""

    model_config = ConfigDict(frozen=True)

    node: str
    path: str
    mode: str = Field(description="exclusive, shared or present.")
    job: UUID
    title: str
    state: State
    granted: bool = Field(description="False: the job waits here; its `wait` names the holder.")
    since: datetime | None


class Unfinished(BaseModel):
    """How many jobs of a type are in a state that is no end."""

    model_config = ConfigDict(frozen=True)

    type: str
    state: State
    jobs: int


class QueueLength(BaseModel):
    """What is under way in one queue. Control work of seconds has queues of its own."""

    model_config = ConfigDict(frozen=True)

    node: str
    subsystem: str
    queue: str
    waiting: int = Field(description="Jobs that something is in the way of.")
    queued: int = Field(description="Jobs that want nothing but a slot.")
    running: int
    oldest_queued_at: datetime | None
    slots: int = Field(description="Worker processes that take jobs; 0: nobody serves it.")
