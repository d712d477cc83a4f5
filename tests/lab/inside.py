"""What a guest is asked to do. Runs there, with the standard library and `calypso.host` alone.

Each takes the channel to who asks first; see `guest/boot.py`.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from calypso.host.local import LocalHost
from calypso.host.stopping import StopSignal


def call(_channel, function, *args, **kwargs):
    """Call any function that can be imported there."""
    return function(*args, **kwargs)


def on_path(_channel, verb, path, *args, **kwargs):
    """Do with a path what pathlib can; what it yields one by one comes as a list."""
    told = getattr(Path(path), verb)(*args, **kwargs)
    return list(told) if isinstance(told, Iterator) else told


def as_path(text):
    """A path of the guest that came along as an argument."""
    return Path(text)


def enter(channel, manager, *args):
    """Stay inside a context manager until the other side hangs up."""
    with manager(*args):
        channel.send(("entered", None))
        with suppress(EOFError):
            channel.recv()


def on_host(channel, settings, logs, verb, *args, **options):
    """Use one verb of the guest's own LocalHost.

    Sends `("log", line)` and `("line", …)` as they come; takes a Stop at any time. When the
    other side is gone this process ends, and with it what it has started, as with any job.
    """
    stop = StopSignal()
    on_log = (lambda line: channel.send(("log", line))) if logs else None
    host = LocalHost(stop=stop, on_log=on_log, **settings)
    threading.Thread(target=_hear_stops, args=(channel, stop), daemon=True).start()
    if verb in ("stream", "pipe"):
        options["on_line"] = lambda *line: channel.send(("line", line))
    return getattr(host, verb)(*args, **options)


def _hear_stops(channel, stop):
    try:
        while True:
            stop.request(channel.recv())
    except (EOFError, OSError):
        os._exit(1)


def destroy_all_pools():
    """Leave no pool, and nothing of one on the disks; tells whether that worked."""
    list_pools = ["zpool", "list", "-Ho", "name"]
    host = LocalHost()
    for pool in host.run(list_pools, timeout_s=30).stdout.splitlines():
        host.run(["zpool", "destroy", "-f", pool], timeout_s=60)
    for part in sorted(Path("/dev").glob("sd?1")):
        # Made anew on partitions that were there, a pool may find them gone: udev is slow here.
        host.run(["wipefs", "-qaf", str(part), str(part)[:-1]], timeout_s=60)
    host.run(["udevadm", "settle"], timeout_s=60)
    return not host.run(list_pools, timeout_s=30).stdout


# ---- context managers to enter


@contextmanager
def opened(path):
    """Have a file or device open."""
    handle = os.open(path, os.O_RDONLY)
    try:
        yield
    finally:
        os.close(handle)


@contextmanager
def working_in(folder):
    """Have a folder as the working directory."""
    before = os.getcwd()  # noqa: PTH109 - its twin of pathlib is no function
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
