"""One change of releases at a time on a machine, whoever asks: a job, a person, a script."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from calypso.drivers.system.layout import Layout
from calypso.drivers.system.release_refusals import ReleasesBusy, UpgradeUnfit
from calypso.models.clock import now

MOST_BYTES = 500


@contextmanager
def turn(layout: Layout, what: str) -> Iterator[None]:
    """Have the releases of this machine to oneself, or be told at once who has them: ReleasesBusy.

    `what` is done meanwhile, as in "going back to 1.2". The kernel takes the lock from whoever
    ends, however that is; what they started does not hold it.
    """
    handle = _opened(layout)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            raise ReleasesBusy(
                f"Somebody else is at the releases of this machine: {_holder(handle)}. Wait for "
                "them, or end them; what is half done then is ended by `calypso release recover`."
            ) from held
        _sign(handle, f"{what} (process {os.getpid()}, since {now():%Y-%m-%d %H:%M:%S} UTC)")
        yield
    finally:
        os.close(handle)


def _opened(layout: Layout) -> int:
    file = layout.upgrade / "lock"
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as failed:
        raise UpgradeUnfit(
            f"{file} cannot be opened: {failed.strerror}. Changing releases is for root alone."
        ) from failed


def _sign(handle: int, text: str) -> None:
    with suppress(OSError):  # a disk that is full keeps nobody from what may free it
        os.ftruncate(handle, 0)
        os.pwrite(handle, text.encode()[:MOST_BYTES], 0)


def _holder(handle: int) -> str:
    return os.pread(handle, MOST_BYTES, 0).decode(errors="replace") or "one that did not sign yet"
