"""The program of a made-up release: answers each connection with its version.

`behaviour` in the release's folder says how: "dies" at its start, "mute" never tells that it is
ready and answers nobody, "fails" tells besides that a part of it has ended, "works" stays until
`done` is there when it is asked to end, else it ends at once. `heard` is how often it was asked.
"""

import os
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

from calypso import __version__
from calypso.keeper import telling

release = Path(sys.prefix).parent


def behaves(how):
    file = release / "behaviour"
    return file.exists() and file.read_text() == how


def main():
    asked = []

    def note(*_):
        asked.append(1)
        (release / "heard").write_text(str(len(asked)))

    signal.signal(signal.SIGTERM, note)
    if behaves("dies"):
        sys.exit("a made-up reason")
    listener = socket.socket(fileno=int(os.environ["CALYPSO_LISTEN"].removeprefix("fd://")))
    telling.expect(2)
    telling.ready()
    if behaves("fails"):
        telling.failing()
    serves = not (behaves("fails") or behaves("mute"))
    if serves:
        telling.ready()
    while not asked:
        answer(listener) if serves else time.sleep(0.01)
    listener.close()
    while behaves("works") and not (release / "done").exists() and len(asked) < 2:
        time.sleep(0.01)


def answer(listener):
    if not select.select([listener], [], [], 0.02)[0]:
        return
    try:
        client, _ = listener.accept()
    except BlockingIOError:  # the other generation was quicker
        return
    with client, suppress(OSError):  # it may have hung up
        client.sendall(f"{__version__} {os.getpid()}".encode())


main()
