"""What the stuck-job doctor finds: what is true about a job, and which action is safe."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from calypso.models.job import State

Verdict = Literal[
    "ended", "waiting", "queued", "unserved", "running", "stalled", "in_kernel", "cancelling",
    "worker_dead", "node_silent", "no_answer",
]  # fmt: skip
Doing = Literal["wait", "cancel", "release", "rerun", "none"]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Finding(_Value):
    """One thing that was looked at."""

    code: str = Field(description="Never changes; tell findings apart by it.")
    verdict: Literal["ok", "bad", "unknown"]
    text: str


class Advice(_Value):
    """Something one might do about the job, and what comes of it."""

    action: Doing
    why: str


class Diagnosis(_Value):
    """What is true about a job, and which action is safe."""

    job_id: UUID
    state: State
    verdict: Verdict
    summary: str
    node_answered: bool = Field(
        description="False: the node was not asked or did not answer; only the database's word."
    )
    findings: list[Finding]
    safe_actions: list[Advice]
    unsafe_actions: list[Advice]


class ProcessSeen(_Value):
    """A process as its node's kernel tells of it."""

    pid: int
    state: str = Field(description="The kernel's letter: R runs, S sleeps, D is in the kernel.")
    name: str
    epoch: int | None = Field(description="Of the run that started it.")
    of_worker: bool = Field(description="Descends from the worker that runs the job.")
    wchan: str | None = Field(description="Where in the kernel it waits, where that may be read.")
    stuck: bool = Field(description="In the kernel (state D) at every look.")


class Evidence(_Value):
    """What a node's kernel tells of one job."""

    worker: Literal["alive", "dead", "unknown", "none"]
    worker_process: ProcessSeen | None
    processes: list[ProcessSeen]
