"""Stop processes as a frozen one stops: for certain, before anybody goes on."""

import os
import signal
import time
from contextlib import contextmanager
from pathlib import Path

STOP_S = 10
LOOK_S = 0.005
STOPPED = {"T", "t", "Z", "X"}


def freeze(pid):
    """Stop a process and return when every thread of it stands: a signal only asks."""
    os.kill(pid, signal.SIGSTOP)
    deadline = time.monotonic() + STOP_S
    while not all(_stands(task) for task in Path(f"/proc/{pid}/task").iterdir()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"process {pid} did not stop in {STOP_S} s")
        time.sleep(LOOK_S)


@contextmanager
def frozen(pid):
    """Let a process take connections and answer nobody."""
    freeze(pid)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def _stands(task):
    try:
        return (task / "stat").read_text().rpartition(") ")[2][0] in STOPPED
    except OSError:  # the thread ended meanwhile
        return True
