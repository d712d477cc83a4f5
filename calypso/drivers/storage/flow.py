"""Between the two ends of a transfer: a buffer, a limit, and who watches that it flows."""

import re
import time
from collections.abc import Callable, Mapping, Sequence

from calypso.drivers.storage import OnBytes, SendOptions, StreamBroken, StreamStalled
from calypso.drivers.storage.tree import tree_argv
from calypso.host import Argv, Host, OnLine, OnStageLine, Ran
from calypso.host.ssh import is_far, near, reach, refuse_failed

# Memory for what one end has read and the other not yet taken: a burst of a disk, some seconds of
# a network. Small against what a backup appliance has.
_SENT = re.compile(r"\d\d:\d\d:\d\d\t\d+\t")
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

    `on_line` hears lines as of `zfs send -vP`. What ssh or a program in between did is raised.
    """
    sender, receiver = ends
    between = _between(source, target, options.rate_bytes_per_s)
    ran = near(source, target).pipe(
        [reach(source, sender, env), *between, reach(target, receiver, env)],
        timeout_s=timeout_s,
        on_line=_of_progress(on_line, counting=len(between)),
        on_beat=watch.beat,
        env=env,
    )
    refuse_failed(source, ran[0])
    refuse_failed(target, ran[-1])
    _refuse_broken(ran)
    return ran[0], ran[-1]


def _between(source: Host, target: Host, rate_bytes_per_s: int | None) -> list[Argv]:
    """Return the programs between the ends; the last one counts what goes through.

    None where both ends are near and may go as fast as they can: then the sender counts.
    """
    rate = [] if rate_bytes_per_s is None else [str(rate_bytes_per_s)]
    if not (is_far(source) or is_far(target)):
        return [tree_argv("pass", *rate)] if rate else []
    buffer = [MBUFFER] if near(source, target).which(MBUFFER[0]) else []
    return [*buffer, tree_argv("pass", *rate)]


def _of_progress(on_line: OnLine, *, counting: int) -> OnStageLine:
    """Hand on what the sender says, but how much was sent only from the stage that counts.

    A sender is done with what lies in a buffer; a network may need hours for that still.
    """

    def hear(stage: int, line: str) -> bool:
        is_progress = _SENT.match(line) is not None
        if stage == counting or (stage == 0 and not is_progress):
            on_line(line)
        return is_progress and stage <= counting

    return hear


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
