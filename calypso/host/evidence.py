"""Is it stuck? What the kernel tells of a worker and of the processes that carry a job's tag.

Only reads. Nothing here signals, starts or ends anything.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from calypso.host import proof
from calypso.host.scope import TAG_VARIABLE, is_over
from calypso.models.diagnosis import Evidence, ProcessSeen
from calypso.models.worker import WorkerRecord

LOOKS = 4
PAUSE_S = 0.25
UNINTERRUPTIBLE = "D"
Fate = Literal["alive", "dead", "unknown", "none"]
CGROUP_ROOTS = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"))


@dataclass(frozen=True)
class Stat:
    """What /proc/<pid>/stat says."""

    name: str
    state: str
    parent: int
    started: int


class Kernel:
    """One look at /proc and the cgroups; give others to read a recording."""

    def __init__(self, proc: Path = Path("/proc"), cgroups: Iterable[Path] = CGROUP_ROOTS) -> None:
        self._proc, self._cgroups = proc, tuple(cgroups)

    def stat(self, pid: int) -> Stat | None:
        """Return what a process is; None when it is gone."""
        text = self._read(f"{pid}/stat")
        head, _, rest = text.rpartition(")")
        fields = rest.split()
        if len(fields) < 20 or is_over(fields):  # noqa: PLR2004 - up to the start time
            return None
        return Stat(head.partition("(")[2], fields[0], int(fields[1]), int(fields[19]))

    def wchan(self, pid: int) -> str | None:
        """Return where in the kernel a process waits; None where that may not be read."""
        name = self._read(f"{pid}/wchan").strip()
        return name if name not in ("", "0") else None

    def tagged(self, job_id: str) -> dict[int, int | None]:
        """Return the processes of a job, by environment and by cgroup: pid → epoch."""
        found = {pid: epoch for pid, epoch in self._by_cgroup(job_id) if self.stat(pid)}
        wanted = f"{TAG_VARIABLE}={job_id}.".encode()
        for pid in self.pids():
            for entry in self._environment(pid):
                if entry.startswith(wanted) and self.stat(pid):
                    found[pid] = _epoch(entry.decode(errors="replace"))
        return found

    def descends(self, pid: int, ancestor: int) -> bool:
        """Tell whether a process is a child of another, or a child's child."""
        seen: set[int] = set()
        while (stat := self.stat(pid)) is not None and pid not in seen:
            if stat.parent == ancestor:
                return True
            seen.add(pid)
            pid = stat.parent
        return False

    def pids(self) -> list[int]:
        """Return every process."""
        return [int(path.name) for path in self._proc.iterdir() if path.name.isdigit()]

    def _by_cgroup(self, job_id: str) -> Iterator[tuple[int, int | None]]:
        for root in self._cgroups:
            if not (root / "cgroup.procs").exists():
                continue
            for folder, _, _ in os.walk(root):  # says nothing of what vanishes meanwhile
                for name in Path(folder).parts:  # its own group, or one above: a job may make more
                    if name.startswith(f"calypso.{job_id}."):
                        yield from ((pid, _epoch(name)) for pid in _members(Path(folder)))

    def _environment(self, pid: int) -> list[bytes]:
        with suppress(OSError):
            return (self._proc / str(pid) / "environ").read_bytes().split(b"\0")
        return []

    def _read(self, path: str) -> str:
        with suppress(OSError):
            return (self._proc / path).read_text(encoding="utf-8", errors="replace")
        return ""


def _members(group: Path) -> list[int]:
    with suppress(OSError):
        return [int(pid) for pid in (group / "cgroup.procs").read_text().split()]
    return []


def gather(
    job_id: str,
    worker: WorkerRecord | None,
    *,
    kernel: Kernel | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Evidence:
    """Return what this node's kernel tells of a job; looks a few times, for about a second.

    One look cannot tell a process that is stuck in the kernel from one that reads a disk just now.
    """
    kernel = kernel or Kernel()
    looks = [_look(kernel, job_id, worker)]
    for _ in range(LOOKS - 1):
        sleep(PAUSE_S)
        looks.append(_look(kernel, job_id, worker))
    fate = _fate(kernel, worker)
    pid = worker.pid if worker is not None and fate == "alive" else None
    epochs = kernel.tagged(job_id)
    seen = [
        _seen(kernel, one, looks, epoch=epochs.get(one), worker=pid)
        for one in sorted(looks[-1])
        if one != pid
    ]
    return Evidence(
        worker=fate,
        worker_process=None if pid is None else _seen(kernel, pid, looks, epoch=None, worker=None),
        processes=seen,
    )


def _look(kernel: Kernel, job_id: str, worker: WorkerRecord | None) -> dict[int, Stat]:
    pids = set(kernel.tagged(job_id)) | ({worker.pid} if worker is not None else set())
    return {pid: stat for pid in pids if (stat := kernel.stat(pid)) is not None}


def _fate(kernel: Kernel, worker: WorkerRecord | None) -> Fate:
    if worker is None:
        return "none"
    if worker.machine_id != proof.machine_id():
        return "unknown"
    if worker.boot_id != proof.boot_id():
        return "dead"
    if worker.pid_namespace != proof.pid_namespace():
        return "unknown"
    stat = kernel.stat(worker.pid)
    return "alive" if stat is not None and stat.started == worker.started else "dead"


def _seen(
    kernel: Kernel, pid: int, looks: list[dict[int, Stat]], *, epoch: int | None, worker: int | None
) -> ProcessSeen:
    last = looks[-1].get(pid) or Stat("?", "?", 0, 0)
    states = [look[pid].state if pid in look else "" for look in looks]
    return ProcessSeen(
        pid=pid,
        state=last.state,
        name=last.name,
        epoch=epoch,
        of_worker=worker is not None and kernel.descends(pid, worker),
        wchan=kernel.wchan(pid) if last.state == UNINTERRUPTIBLE else None,
        stuck=all(state == UNINTERRUPTIBLE for state in states),
    )


def _epoch(tag: str) -> int | None:
    number = tag.rpartition(".")[2]
    return int(number) if number.isdigit() else None
