"""Proof of death: a worker is gone for certain, and nothing of it is left.

Only such proof lets a job be taken from its worker. Silence proves nothing: a worker cut off
from the database goes on with its job.
"""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from calypso.host.cgroup import left_of
from calypso.host.scope import Scope, is_alive, started_ticks, tagged

KILL_GRACE_S = 0.0  # its owner is dead: nobody would hear how it ended
_BOOT_ID = "/proc/sys/kernel/random/boot_id"
# As the machine's first process sees it, where we may look: a container is given a boot id of its
# own, and a service with a /proc of its own sees the host's instead. They must mean the same.
BOOT_IDS = (f"/proc/1/root{_BOOT_ID}", _BOOT_ID)


@cache
def boot_id() -> str:
    """Return what changes with every boot of this machine."""
    return next(filter(None, map(_read, BOOT_IDS)), "")


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
        for group in left_of(prefix):
            found.extend(sorted(group.pids()))
            group.end(pause=sleep)
        while living := tagged(prefix):
            for tag, pids in living.items():
                found.extend(pid for pid in pids if pid not in found)
                Scope(tag, cgroups=False).end(grace_s=KILL_GRACE_S, pause=sleep)
    return found


def _read(path: str) -> str:
    with suppress(OSError):
        return Path(path).read_text(encoding="utf-8").strip()
    return ""
