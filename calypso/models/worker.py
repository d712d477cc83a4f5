"""A worker process, as its node and everybody else knows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class WorkerRecord:
    """One worker process. `started` is its start time in clock ticks since boot (field 22 of stat).

    Together with `boot_id`, `machine_id` and the pid namespace this tells for certain whether it
    still lives, when asked on the same node.
    """

    id: UUID
    node: str
    subsystem: str
    queues: Sequence[str]
    pid: int
    started: int
    boot_id: str
    machine_id: str
    pid_namespace: str
    version: str = ""
    slots: int = 1
    draining: bool = False
    seen_at: datetime | None = None
    running_job: UUID | None = None
