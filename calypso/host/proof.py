"""Proof of death: a worker is gone for certain, and nothing of it is left.

Only such proof lets a job be taken from its worker. Silence proves nothing: a worker cut off
from the database goes on with its job.
"""

import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from calypso.host.scope import Scope, is_alive, started_ticks, tagged

KILL_GRACE_S = 0.0  # its owner is dead: nobody would hear how it ended


@cache
def boot_id() -> str:
    """Return what changes with every boot of this machine."""
    return _read("/proc/sys/kernel/random/boot_id")


@cache
def machine_id() -> str:
    """Return what stays over boots and differs between machines; empty where there is none."""
    return _read("/etc/machine-id")


def pid_namespace() -> str:
    """Return within which numbering of processes a pid of ours means something."""
    return str(Path("/proc/self/ns/pid").readlink())


def own_start() -> int:
    """Return when this process started, in clock ticks since boot."""
    return started_ticks(os.getpid()) or 0


def is_dead(*, pid: int, started: int, boot: str, machine: str, namespace: str) -> bool:
    """Tell whether a worker process of this node is gone for certain.

    False also when nobody can tell from here: it ran in another pid namespace of the same boot,
    or on another machine that carries the same node name.
    """
    if machine != machine_id():
        return False
    if boot != boot_id():
        return True
    return namespace == pid_namespace() and not is_alive(pid, started)


def end_leftovers(
    prefixes: Sequence[str], *, sleep: Callable[[float], None] = time.sleep
) -> list[int]:
    """Kill every process whose tag starts with one of these, and return when none is left.

    Returns the pids it found. Blocks while the kernel holds one (state D).
    """
    found: list[int] = []
    for prefix in prefixes:
        while living := tagged(prefix):
            for tag, pids in living.items():
                found.extend(pid for pid in pids if pid not in found)
                Scope(tag).end(grace_s=KILL_GRACE_S, pause=sleep)
        for folder in _cgroups(prefix):
            _empty(folder, sleep)
    return found


def _cgroups(prefix: str) -> list[Path]:
    """Return the cgroups of these jobs, whichever worker of this machine made them."""
    root = next((path for path in ("/sys/fs/cgroup", "/sys/fs/cgroup/unified")
                 if (Path(path) / "cgroup.procs").exists()), None)  # fmt: skip
    return [] if root is None else [*Path(root).rglob(f"calypso.{prefix}*")]


def _empty(folder: Path, sleep: Callable[[float], None]) -> None:
    """Kill all in a cgroup, wait until it is empty, remove it."""
    with suppress(OSError):
        while pids := (folder / "cgroup.procs").read_text().split():
            for pid in pids:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(int(pid), signal.SIGKILL)
            sleep(0.05)
        folder.rmdir()


def _read(path: str) -> str:
    with suppress(OSError):
        return Path(path).read_text(encoding="utf-8").strip()
    return ""
