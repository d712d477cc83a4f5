"""Between the two ends of a transfer: a buffer, a limit, and who watches that it flows."""

import time
from collections.abc import Callable, Mapping, Sequence

from calypso.drivers.storage import OnBytes, SendOptions, StreamBroken, StreamStalled
from calypso.drivers.storage.tree import tree_argv
from calypso.host import Argv, Host, OnLine, Ran
from calypso.host.ssh import is_far, near, reach, refuse_failed

# Memory for what one end has read and the other not yet taken: a burst of a disk, some seconds of
# a network. Small against what a backup appliance has.
MBUFFER = ("mbuffer", "-q", "-s", "128k", "-m", "128M")


def flow(
    source: Host,
    target: Host,
    ends: tuple[Argv, Argv],
    *,
    options: SendOptions,
    on_line: OnLine,
    watch: "Watch",
    timeout_s: float,
    env: Mapping[str, str] | None = None,
) -> tuple[Ran, Ran]:
    """Run a sender on one machine into a receiver on another, and return how both ended.

    `on_line` hears the sender. What ssh or a program in between did wrong is raised.
    """
    sender, receiver = ends
    ran = near(source, target).pipe(
        [
            reach(source, sender, env),
            *_between(source, target, options.rate_bytes_per_s),
            reach(target, receiver, env),
        ],
        timeout_s=timeout_s,
        on_line=lambda stage, line: on_line(line) if stage == 0 else None,
        on_beat=watch.beat,
        env=env,
    )
    refuse_failed(source, ran[0])
    refuse_failed(target, ran[-1])
    _refuse_broken(ran)
    return ran[0], ran[-1]


def _between(source: Host, target: Host, rate_bytes_per_s: int | None) -> list[Argv]:
    """Return the programs between the ends: mbuffer on a network where it is there, the limit."""
    stages: list[Argv] = []
    if (is_far(source) or is_far(target)) and near(source, target).which(MBUFFER[0]):
        stages.append(MBUFFER)
    if rate_bytes_per_s is not None:
        stages.append(tree_argv("throttle", str(rate_bytes_per_s)))
    return stages


def _refuse_broken(stages: Sequence[Ran]) -> None:
    """Raise what a program in between did wrong, unless it only lost one of the ends."""
    if not (stages[0].ok and stages[-1].ok):
        return
    for ran in stages[1:-1]:
        if not ran.ok:
            raise StreamBroken(f"{ran.argv[0]} failed: {ran.complaint}", original=ran.stderr)


class Watch:
    """Hands bytes on and remembers when there were more of them for the last time."""

    def __init__(
        self,
        on_bytes: OnBytes,
        stall_s: float | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._on_bytes, self._stall_s, self._clock = on_bytes, stall_s, clock
        self._done_bytes, self._moved_at = -1, clock()

    def hear(self, done_bytes: int, total_bytes: int | None) -> None:
        """Take how far it is. `zfs send` says the same again each second while it waits."""
        if done_bytes > self._done_bytes:
            self._done_bytes, self._moved_at = done_bytes, self._clock()
        self._on_bytes(done_bytes, total_bytes)

    def beat(self) -> None:
        """Raise StreamStalled when nothing has moved for too long."""
        still_s = self._clock() - self._moved_at
        if self._stall_s is not None and still_s > self._stall_s:
            raise StreamStalled(
                f"Nothing was sent for {still_s:.0f} s, after {max(0, self._done_bytes)} bytes. "
                "See what the other end and the network do."
            )
