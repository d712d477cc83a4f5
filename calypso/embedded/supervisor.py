"""Keeps programs running: one that ends by itself is started again, less and less eagerly."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from calypso.embedded.record import ChildRecord
from calypso.errors import CalypsoError
from calypso.host.backoff import Backoff
from calypso.host.daemon import Daemon, in_session, kill_all
from calypso.host.scope import descendants

LOOK_S = 0.1

Say = Callable[[str], None]
Clock = Callable[[], float]


@dataclass
class Child:
    """A program that is to run. `launch` starts it and returns at once."""

    name: str
    launch: Callable[[], Daemon]
    daemon: Daemon | None = None
    backoff: Backoff = field(default_factory=Backoff)
    since: float = 0.0
    due: float | None = None


class Supervisor:
    """Several children, started in this thread, which must live on."""

    def __init__(self, *, say: Say, clock: Clock = time.monotonic) -> None:
        self.children: list[Child] = []
        self._say, self._clock = say, clock

    def keep(self, name: str, launch: Callable[[], Daemon]) -> Daemon:
        """Start a program and keep it running; its first start must succeed."""
        child = Child(name, launch)
        child.daemon, child.since = launch(), self._clock()
        self.children.append(child)
        return child.daemon

    def look(self) -> bool:
        """Note who ended and start again who is due; True when something changed."""
        changed = [self._look_at(child) for child in self.children]
        return any(changed)

    @property
    def has_gaps(self) -> bool:
        """Whether somebody has ended by itself and was not started again yet."""
        return any(child.due is not None for child in self.children)

    def pause_s(self, longest_s: float) -> float:
        """Return how long to sleep until somebody is due: 0 when one is, at most the longest."""
        due = [child.due for child in self.children if child.due is not None]
        return min(longest_s, max(0.0, min(due) - self._clock())) if due else longest_s

    def records(self) -> tuple[ChildRecord, ...]:
        """Return who runs now."""
        daemons = [child.daemon for child in self.children if child.daemon is not None]
        return tuple(
            ChildRecord(daemon.name, daemon.pid, started)
            for daemon in daemons
            if daemon.pid is not None and (started := daemon.started) is not None
        )

    def end(
        self,
        names: Sequence[str],
        *,
        grace_s: float,
        wait: Callable[[float], None],
        hurried: Callable[[], bool] = lambda: False,
    ) -> None:
        """Ask these to end, all at once, and kill with all they started who has not in time.

        When it returns none of them is left, nor will be started again.
        """
        leaving = [child for child in self.children if child.name in names]
        self.children = [child for child in self.children if child.name not in names]
        daemons = [child.daemon for child in leaving if child.daemon is not None]
        kin = _kin(daemons)
        for daemon in daemons:
            daemon.ask_to_end()
        deadline = self._clock() + grace_s
        while _running(daemons) and self._clock() < deadline and not hurried():
            wait(LOOK_S)
        kin |= _kin(daemons)
        for daemon in _running(daemons):
            self._say(f"{daemon.name} did not end in time and is killed.")
            daemon.kill()
        kill_all(kin)

    def _look_at(self, child: Child) -> bool:
        if child.due is not None:
            return child.due <= self._clock() and self._start_again(child)
        if child.daemon is None or (code := child.daemon.exit_code()) is None:
            return False
        if child.daemon.pid is not None:
            kill_all(in_session(child.daemon.pid))  # what it had started would be in the way
        self._schedule(child, f"ended by itself ({_how(code)})")
        return True

    def _start_again(self, child: Child) -> bool:
        child.due, child.since = None, self._clock()
        try:
            child.daemon = child.launch()
        except (CalypsoError, OSError) as failed:
            self._schedule(child, f"cannot be started: {failed}")
        else:
            self._say(f"{child.name} was started again.")
        return True

    def _schedule(self, child: Child, what: str) -> None:
        up_s = self._clock() - child.since
        pause_s = child.backoff.pause_after(up_s)
        child.backoff = child.backoff.after(up_s)
        child.due = self._clock() + pause_s
        own = child.daemon.log if child.daemon is not None else None
        log = f" Its log: {own}" if own is not None else ""
        self._say(f"{child.name} {what}; it is started again in {pause_s:g} s.{log}")


def _running(daemons: Iterable[Daemon]) -> list[Daemon]:
    return [daemon for daemon in daemons if daemon.exit_code() is None]


def _kin(daemons: Iterable[Daemon]) -> set[int]:
    living = {daemon.pid for daemon in _running(daemons)} - {None}
    return descendants([pid for pid in living if pid is not None])


def _how(code: int) -> str:
    return f"killed by signal {-code}" if code < 0 else f"exit code {code}"
