"""How a process begins that dies with us: what it inherits, and what it must hear."""

import ctypes
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from calypso.host.scope import PR_SET_PDEATHSIG

_libc = ctypes.CDLL(None, use_errno=True)


def spawn(argv: Sequence[str], *, env: Mapping[str, str], fds: Iterable[int]) -> int:
    """Start a program that inherits these descriptors and dies with this thread; its pid.

    Whoever calls it waits for its end; code 127 when it cannot be started. Call it only where
    there are no other threads.
    """
    parent = os.getpid()
    with signals_held() as forget_handlers:
        if pid := os.fork():
            return pid
        try:
            os.setsid()
            for descriptor in fds:
                os.set_inheritable(descriptor, True)
            die_with_parent(signal.SIGKILL, parent, forget_handlers)
            os.execve(argv[0], list(argv), dict(env))  # noqa: S606 - argv lists of our own, no shell
        finally:
            os._exit(127)


@contextmanager
def signals_held() -> Iterator[Callable[[], None]]:
    """Hold back what a handler of ours would swallow in a child that is not its program yet.

    Yields what the child calls before it becomes one: it hears of them then, without handlers.
    """
    heard = [number for number in signal.valid_signals() if callable(signal.getsignal(number))]
    before = signal.pthread_sigmask(signal.SIG_BLOCK, heard)

    def forget_handlers() -> None:
        for number in heard:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

    try:
        yield forget_handlers
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def die_with_parent(
    number: signal.Signals, parent: int, forget_handlers: Callable[[], None]
) -> None:
    """Be killed when our parent ends, in a child that is not its program yet.

    After setuid, which would clear it, and before exec.
    """
    _libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:  # it died before it could be watched
        os.kill(os.getpid(), signal.SIGKILL)
    forget_handlers()
