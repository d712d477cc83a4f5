"""What waits in the saved guest: takes the code under test along, then calls functions of it.

Runs in the guest, with nothing but its Python's standard library. Each connection is one call,
in a process of its own: `function(channel, *args, **kwargs)`; the answer is `("returned", value)`
or `("raised", error)`, and what the function itself sends comes before.
"""

import io
import os
import pickle
import sys
import tarfile
import time
import traceback
from contextlib import suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Listener
from pathlib import Path

KEY = Path("/sys/firmware/qemu_fw_cfg/by_name/opt/calypso/key/raw")
ASLEEP = b"0" * 32  # the key of the machine that is being saved
PORT = 7000
LOOK_S = 0.05


def awake():
    """Return the key of this run, once the saved machine goes on."""
    while (key := KEY.read_bytes()) == ASLEEP:
        time.sleep(LOOK_S)
    return key


def install(channel):
    """Unpack the code where it is on the other side, so that its paths mean the same here."""
    root, code, python, now = channel.recv()
    time.clock_settime(time.CLOCK_REALTIME, now)
    with tarfile.open(fileobj=io.BytesIO(code)) as archive:
        archive.extractall(root)
    if not os.path.lexists(python):
        Path(python).parent.mkdir(parents=True, exist_ok=True)
        Path(python).symlink_to("/usr/bin/python3")
    sys.path.insert(0, root)
    import tests.lab.inside  # noqa: F401 - once, for all the processes to come

    channel.send(("returned", None))


def answer(channel):
    """Make the one call that was asked for."""
    try:
        function, args, kwargs = channel.recv()
        reply = pickle.dumps(("returned", function(channel, *args, **kwargs)))
    except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to the other side
        error.add_note(f"In the guest:\n{traceback.format_exc()}")
        reply = pickle.dumps(("raised", error))
    channel.send_bytes(reply)


def accepted(listener):
    """Return the next connection of somebody who knows the key."""
    while True:
        with suppress(AuthenticationError, EOFError, OSError):
            return listener.accept()


def serve(listener):
    """Answer for ever."""
    while True:
        channel = accepted(listener)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if os.fork() == 0:
            listener.close()
            answer(channel)
            os._exit(0)
        channel.close()


def main():
    print("READY", flush=True)
    listener = Listener(("0.0.0.0", PORT), backlog=16, authkey=awake())
    with accepted(listener) as channel:
        install(channel)
    serve(listener)


if __name__ == "__main__":
    main()
