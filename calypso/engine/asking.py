"""Ask a node: a control job whose row is waited for, since the doors may not touch a machine."""

import time

from calypso.engine.ports import Ports
from calypso.models.access import SYSTEM
from calypso.models.job import Job
from calypso.models.ledger import NewJob

FIRST_LOOK_S = 0.01
LONGEST_LOOK_S = 0.2


def answer_of(ports: Ports, new: NewJob, *, timeout_s: float) -> Job | None:
    """Submit a control job and return it once it has ended; None when it did not in time.

    Then it is cancelled, so that nobody does it for nothing later.
    """
    ports.jobs.submit(new)
    ports.hints.ring(new.queue, new.id)
    deadline, pause_s = time.monotonic() + timeout_s, FIRST_LOOK_S
    while time.monotonic() < deadline:
        job = ports.jobs.get(new.id)
        if job is not None and job.state.is_terminal:
            return job
        time.sleep(pause_s)
        pause_s = min(pause_s * 1.5, LONGEST_LOOK_S)
    ports.jobs.cancel(new.id, SYSTEM.name)
    return None
