"""A control group of its own for each job (cgroup v2), where this machine delegates one.

It holds what no environment and no session holds: a process is born into the group of its parent,
and killing a group is one act of the kernel, whoever its processes belong to.
Source: Linux Documentation/admin-guide/cgroup-v2.rst, "Core Interface Files" and "Delegation".
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

PREFIX = "calypso."  # then the tag of a job: <id>.<epoch>
LOOK_S = 0.02
KILL = "cgroup.kill"  # Linux 5.14 and later; without it the environment must do


class Cgroup:
    """The group of one tag. Its verbs say nothing when it is gone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(self) -> bool:
        """Make it unless it is there; False where that cannot be done, or it cannot be killed."""
        try:
            self.folder.mkdir(exist_ok=True)
        except OSError:
            return False
        return (self.folder / KILL).exists()

    def join(self) -> None:
        """Move the calling process into it: between fork and exec, so that no child is missed."""
        with suppress(OSError):  # it can still be found by its environment
            file = os.open(self.folder / "cgroup.procs", os.O_WRONLY | os.O_CLOEXEC)
            os.write(file, b"0")
            os.close(file)

    def pids(self) -> set[int]:
        """Return its processes and those of groups below it."""
        found: set[int] = set()
        for folder in self._folders():
            with suppress(OSError):
                found |= {int(pid) for pid in (folder / "cgroup.procs").read_text().split()}
        return found - {0}  # of a pid namespace we cannot see into

    def kill(self) -> None:
        """Kill all in it and below at once; one that forks meanwhile escapes nothing."""
        with suppress(OSError):
            (self.folder / KILL).write_text("1")

    def is_populated(self) -> bool:
        """Tell whether anybody lives in it or below; a zombie does not."""
        with suppress(OSError):
            return "populated 1" in (self.folder / "cgroup.events").read_text()
        return False

    def end(self, *, pause: Callable[[float], None] = time.sleep) -> None:
        """Kill all in it, see it empty, and remove it. Waits for one the kernel holds (state D)."""
        while self.is_populated():
            self.kill()
            pause(LOOK_S)
        self.remove()

    def remove(self) -> None:
        """Remove it with the groups below; nothing happens while somebody lives in it."""
        for folder in reversed(list(self._folders())):
            with suppress(OSError):
                folder.rmdir()

    def _folders(self) -> Iterator[Path]:
        """Walk it and the groups below, parents first; what vanishes meanwhile is left out."""
        return (Path(folder) for folder, _, _ in os.walk(self.folder))


def of_tag(tag: str) -> Cgroup | None:
    """Return a new group for a tag; None where this machine delegates none to us."""
    group = own()
    if group is None or not os.access(group, os.W_OK):
        return None
    made = Cgroup(group / f"{PREFIX}{tag}")
    return made if made.make() else None


def left_of(prefix: str) -> list[Cgroup]:
    """Return the groups of tags that start with `prefix`, whichever worker here made them."""
    root = mounted()
    if root is None:
        return []
    return [
        Cgroup(Path(folder) / name)
        for folder, names, _ in os.walk(root)
        for name in names
        if name.startswith(f"{PREFIX}{prefix}")
    ]


@cache
def own() -> Path | None:
    """Return the group of this process, or None where there is no cgroup v2."""
    root = mounted()
    groups = _lines("/proc/self/cgroup")
    path = next((line[3:] for line in groups if line.startswith("0::")), None)
    return None if root is None or path is None else Path(f"{root}{path}")


def mounted() -> Path | None:
    """Return where cgroup v2 is mounted, or None."""
    mounts = (line.split() for line in _lines("/proc/self/mounts"))
    return next((Path(words[1]) for words in mounts if words[2] == "cgroup2"), None)


def _lines(path: str) -> list[str]:
    with suppress(OSError):
        return Path(path).read_text(encoding="utf-8").splitlines()
    return []
