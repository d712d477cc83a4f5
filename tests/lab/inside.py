"""What a guest is asked to do. Runs there, with the standard library and `calypso.host` alone.

Each takes the channel to who asks first; see `guest/boot.py`.
"""

import copyreg
import mmap
import os
import shutil
import subprocess
import tempfile
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PosixPath
from queue import SimpleQueue

from calypso.host.local import LocalHost
from calypso.host.stopping import Stop, StopSignal


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


# From Python 3.13 on a path says that it is of a module which older ones have not.
copyreg.pickle(PosixPath, lambda path: (as_path, (str(path),)))


def enter(channel, manager, *args):
    """Stay inside a context manager until the other side hangs up."""
    with manager(*args):
        channel.send(("entered", None))
        with suppress(EOFError):
            channel.recv()


def on_host(channel, settings, logs):
    """Use the guest's own LocalHost, verb by verb, until the other side hangs up.

    Takes `(verb, args, options)`, and a Stop at any time; sends `("log", line)` and `("line", …)`
    as they come, then the answer. When the other side is gone this process ends, and with it what
    it has started, as with any job.
    """
    stop, asked = StopSignal(), SimpleQueue()
    on_log = (lambda line: channel.send(("log", line))) if logs else None
    host = LocalHost(stop=stop, on_log=on_log, **settings)
    threading.Thread(target=_hear, args=(channel, stop, asked), daemon=True).start()
    while True:
        verb, args, options = asked.get()
        if verb in ("stream", "pipe"):
            options["on_line"] = lambda *line: channel.send(("line", line))
        channel.send(_done(getattr(host, verb), args, options))


def _done(act, args, options):
    try:
        return "returned", act(*args, **options)
    except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to the other side
        error.add_note(f"In the guest:\n{traceback.format_exc()}")
        return "raised", error


def _hear(channel, stop, asked):
    try:
        while True:
            told = channel.recv()
            stop.request(told) if isinstance(told, Stop) else asked.put(told)
    except (EOFError, OSError):
        os._exit(1)


# ---- a program at a tape's end whose pipe is on the other side; see `far.py`

# It ends with this process, and gets its stdin from a named pipe.
START = 'exec setpriv --pdeathsig KILL "$@" <"$0"'
CHUNK_BYTES = 1 << 18
DEVICE_S = 60


def run_at_tape(channel, argv, desk, files):
    """Run a program at a tape's end, and return its status. `desk`: where its orders lie, if any.

    Sends `("stdin", path)`, which `pour` fills, and `("out", data)` and `("err", data)`; takes
    `("order", name, text)` and `("signal", number)`. The program is killed when the other side
    is gone.
    """
    with tempfile.TemporaryDirectory() as own, _desk(desk, files) as orders:
        os.mkfifo(stdin := f"{own}/stdin")
        channel.send(("stdin", stdin))
        program = subprocess.Popen(
            ["sh", "-c", START, stdin, *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        threading.Thread(target=_obey, args=(channel, program, orders), daemon=True).start()
        turn = threading.Lock()
        said = [("out", program.stdout), ("err", program.stderr)]
        tellers = [threading.Thread(target=_tell, args=(channel, turn, *one)) for one in said]
        for one in tellers:
            one.start()
        for one in tellers:
            one.join()
        return program.wait()


@contextmanager
def _desk(desk, files):
    """Have the folder of the other side's orders here, with the files that are in it already."""
    if desk is None:
        yield None
        return
    Path(desk).mkdir(mode=0o700, parents=True)
    try:
        for name, text in files.items():
            (Path(desk) / name).write_text(text)
        os.mkfifo(f"{desk}/orders")
        pipe = os.open(f"{desk}/orders", os.O_RDWR)
        yield Path(desk), pipe
        os.close(pipe)
    finally:
        shutil.rmtree(desk)


def _obey(channel, program, orders):
    """Pass orders and signals on to the program."""
    try:
        while True:
            word, *what = channel.recv()
            if word == "signal":
                program.send_signal(*what)
                continue
            (desk, pipe), (name, text) = orders, what
            (desk / name).write_text(text)
            os.write(pipe, f"{name}\n".encode())
    except (EOFError, OSError):
        os._exit(1)


def _tell(channel, turn, word, pipe):
    while data := pipe.read1(CHUNK_BYTES):
        with turn:
            channel.send((word, data))


def pour(channel, pipe):
    """Let what comes from the other side be the stdin of a program here."""
    with Path(pipe).open("wb", buffering=0) as sink, suppress(EOFError, BrokenPipeError):
        while True:
            sink.write(channel.recv_bytes())


# ---- disks and pools


def await_device(path):
    """Wait until udev has given a device this name."""
    argv = ["udevadm", "wait", "--settle", f"--timeout={DEVICE_S}", path]
    ran = LocalHost().run(argv, timeout_s=2 * DEVICE_S)
    assert ran.ok, ran.stderr


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


@contextmanager
def mapped(path):
    """Have a file mapped into memory, and no longer open."""
    with Path(path).open("rb") as file:
        held = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
    try:
        yield
    finally:
        held.close()
