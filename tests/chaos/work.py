"""What every job under chaos does: a child process keeps the ledger while it lives."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

from calypso.models.jobtype import JobParams, NoResult
from calypso.models.lock import Lock, exclusive
from calypso.models.running import RunningJob

CHILD = Path(__file__).with_name("child.py")


class Work(JobParams):
    """How long, under which lock, and how hard the child is to end."""

    ledger: str = Field(description="Folder of the ledger.")
    seconds: float = Field(ge=0, le=60, description="How long the child lives.")
    lock: str | None = Field(default=None, description="Name of a lock held alone.")
    escapes: bool = Field(default=False, description="The work is done in a session of its own.")
    stubborn: bool = Field(default=False, description="SIGTERM is ignored.")

    def locks(self) -> Sequence[Lock]:
        return [exclusive("system", "chaos", self.lock)] if self.lock else []


def do(params: Work, host: Any, running: RunningJob) -> NoResult:
    """Run the child to its end."""
    running.report(phase="in the child")
    words = ["escapes"] * params.escapes + ["stubborn"] * params.stubborn
    argv = [sys.executable, "-S", "-E", str(CHILD), params.ledger, str(params.seconds),
            params.lock or "-", *words]  # fmt: skip
    host.run(argv, timeout_s=200)
    return NoResult()
