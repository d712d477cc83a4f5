"""All processes of one job, wherever they fled to: found, signalled, and seen dead.

Three ways find them, and each covers what the others miss: a cgroup of their own where the
machine delegates one (`host.cgroup`); the environment they inherit (`CALYPSO_JOB=<tag>`); and
descent from this process, where it adopts orphans (PR_SET_CHILD_SUBREAPER).
"""

import ctypes
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from calypso.host import cgroup

TAG_VARIABLE = "CALYPSO_JOB"
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
PR_GET_CHILD_SUBREAPER = 37
AGAIN_S = 0.1
STUCK_S = 5.0  # how often people are told of a process that the kernel does not let go
_libc = ctypes.CDLL(None, use_errno=True)


class Scope:
    """The processes that carry one tag. Safe to ask from several threads.

    Without `cgroups` the environment and descent must do, as where the machine delegates none.
    """

    def __init__(self, tag: str, *, cgroups: bool = True) -> None:
        self.tag = tag
        self._group = cgroup.of_tag(tag) if cgroups else None
        # pid → when it started. Whom we know is not lost when he has no environment any more: he
        # emptied it, or he is ending and the kernel closes his files, which takes a tape minutes.
        self._known: dict[int, int] = {}

    def environment(self) -> dict[str, str]:
        """What a process must inherit to be found."""
        return {TAG_VARIABLE: self.tag}

    def open(self) -> None:
        """Make ready for one more process, also after an end."""
        if self._group is not None:
            self._group.make()

    def enter(self) -> None:
        """Called in a new process before exec: dies with its parent thread, joins the cgroup."""
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if self._group is not None:
            self._group.join()

    def add(self, pid: int) -> None:
        """Take in a child just started, whatever it makes of its environment."""
        self._know({pid})

    def pids(self) -> set[int]:
        """Return the living processes of this scope; zombies do not count."""
        found = set(tagged(self.tag).get(self.tag, ())) | _adopted() | self._living()
        if self._group is not None:
            found |= self._group.pids()
        self._know(found | descendants(found))
        return self._living()

    def is_empty(self) -> bool:
        """Tell whether nobody is left; cheap while one of those last seen lives."""
        return not self._living() and not self.pids()

    def end(
        self,
        *,
        grace_s: float,
        on_stuck: Callable[[Iterable[int]], None] = lambda _pids: None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Ask all to end, kill what does not within `grace_s`, return when none is left.

        Returns only then: a process the kernel does not let go (state D) keeps the caller here,
        and `on_stuck` is told about once in five seconds.
        """
        _signal_all(self.pids(), signal.SIGTERM)
        if not _comes_true(self.is_empty, grace_s, pause):
            self._kill_all(on_stuck, pause)
        self.close()

    def close(self) -> None:
        """Remove the cgroup once the kernel too has seen the last one leave it."""
        if (group := self._group) is not None:
            _comes_true(lambda: not group.is_populated(), 1.0, time.sleep)
            group.remove()

    def _know(self, pids: Iterable[int]) -> None:
        for pid in pids:
            if (started := started_ticks(pid)) is not None:
                self._known[pid] = started

    def _living(self) -> set[int]:
        living = {pid for pid, at in self._known.copy().items() if is_alive(pid, at)}
        for pid in self._known.keys() - living:
            self._known.pop(pid, None)
        return living

    def _kill_all(
        self, on_stuck: Callable[[Iterable[int]], None], pause: Callable[[float], None]
    ) -> None:
        tell_at = time.monotonic() + STUCK_S
        while living := self.pids():
            if self._group is not None:
                self._group.kill()
            _signal_all(living, signal.SIGKILL)
            # Soon again: one may have forked between our look and our shot.
            if not _comes_true(self.is_empty, AGAIN_S, pause) and time.monotonic() >= tell_at:
                tell_at += STUCK_S
                on_stuck(sorted(self.pids()))


def adopt_orphans() -> None:
    """Make this process the parent of its descendants' orphans, so that none is out of sight.

    For a process that runs one job at a time: who is adopted belongs to that job.
    """
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap_orphans() -> None:
    """Take the exit status of adopted orphans; only where no child of ours is waited for."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def tagged(prefix: str = "") -> dict[str, list[int]]:
    """Return living processes by their tag, for all tags that start with `prefix`."""
    wanted = f"{TAG_VARIABLE}={prefix}".encode()
    found: dict[str, list[int]] = {}
    for pid in _all_pids():
        with suppress(OSError):
            for entry in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
                if entry.startswith(wanted) and is_alive(pid):
                    tag = entry.partition(b"=")[2].decode(errors="replace")
                    found.setdefault(tag, []).append(pid)
    return found


def descendants(of: Iterable[int]) -> set[int]:
    """Return the children of these processes, and theirs, without the processes themselves."""
    children = _children()
    found: set[int] = set()
    rest = list(of)
    while rest:
        new = [pid for pid in children.get(rest.pop(), ()) if pid not in found]
        found.update(new)
        rest.extend(new)
    return found


def _adopted() -> set[int]:
    """Return our children of other sessions, where we adopt: started for a job, or its orphans."""
    adopts = ctypes.c_int()
    _libc.prctl(PR_GET_CHILD_SUBREAPER, ctypes.byref(adopts), 0, 0, 0)
    if not adopts.value:
        return set()
    ours = {pid: stat_fields(pid) for pid in _children().get(os.getpid(), ())}
    return {pid for pid, known in ours.items() if known and int(known[3]) != os.getsid(0)}


def _children() -> dict[int, list[int]]:
    children: dict[int, list[int]] = {}
    for pid in _all_pids():
        if (fields := stat_fields(pid)) is not None:
            children.setdefault(int(fields[1]), []).append(pid)
    return children


def is_alive(pid: int, started: int | None = None) -> bool:
    """Tell whether a process runs: not gone, not a zombie, and not a younger one of its number."""
    fields = stat_fields(pid)
    if fields is None or is_over(fields):
        return False
    return started is None or int(fields[19]) == started


def is_over(fields: list[str]) -> bool:
    """Tell whether a process has ended; one whose first thread alone has is not over."""
    return fields[0] in ("Z", "X") and int(fields[17]) <= 1


def started_ticks(pid: int) -> int | None:
    """Return when a process started, in clock ticks since boot; None when it is gone."""
    fields = stat_fields(pid)
    return None if fields is None else int(fields[19])


def stat_fields(pid: int) -> list[str] | None:
    """Return /proc/<pid>/stat from the state on (state, ppid, pgrp, session, …), or None."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def _all_pids() -> Iterator[int]:
    return (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())


def _signal_all(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _comes_true(holds: Callable[[], bool], limit_s: float, pause: Callable[[float], None]) -> bool:
    """Tell whether it holds within the limit; looks often at first, since most end at once."""
    deadline, step_s = time.monotonic() + limit_s, 0.005
    while not holds():
        if (left_s := deadline - time.monotonic()) <= 0:
            return False
        pause(min(step_s, left_s))
        step_s = min(step_s * 1.5, 0.1)
    return True
