"""A pipe here whose end at a tape is in a guest: `python -m tests.lab.far WORK PROGRAM ARGUMENT…`.

A job that archives reads files, gives orders and unpacks on the machine that the drive is on. In a
guest there are not the libraries for a whole job, so it runs here, with its files. Its driver's
commands run in the guest, and of its pipes the program at the tape does. This stands in for that
program here: it has its stdin, its stdout, its stderr, its orders and its end.
"""

import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path

from calypso.drivers.tape import stream
from calypso.host.local import LocalHost
from tests.lab import inside
from tests.lab.guest import Line
from tests.lab.host import GuestHost

AT_TAPE = (str(stream.PROGRAM), str(stream.PROGRAM.with_name("parts.py")))


class FarTape(GuestHost):
    """The machine of a job whose drive is in a guest, and whose files are here."""

    def pipe(self, stages, **options):
        here = LocalHost(stop=self._stop, on_log=self._on_log, **self._settings)
        return here.pipe([self._stage(one) for one in stages], **options)

    def _stage(self, argv):
        if not set(AT_TAPE) & set(argv):
            return argv
        return [sys.executable, "-m", "tests.lab.far", str(self._line.work), *argv]


class Far:
    """The program in the guest, and the way to it. Only one at a time may speak."""

    def __init__(self, line, channel):
        self._line, self._channel, self._turn = line, channel, threading.Lock()

    def run(self, argv):
        """Run it to its end, and return its status."""
        desk = desk_of(argv)
        files = {one.name: one.read_text() for one in desk.glob("*.json")} if desk else {}
        self._channel.send((inside.run_at_tape, (argv, desk and str(desk), files), {}))
        signal.signal(signal.SIGTERM, lambda number, _frame: self._send("signal", number))
        if desk:
            self._beside(self._bring_orders, desk)
        while True:
            word, what = self._channel.recv()
            if word == "returned":
                return what
            if word == "raised":
                raise what
            if word == "stdin":
                self._beside(self._pour, what)
            else:
                put(1 if word == "out" else 2, what)

    def _send(self, *told):
        with self._turn:
            self._channel.send(told)

    @staticmethod
    def _beside(work, *about):
        threading.Thread(target=work, args=about, daemon=True).start()

    def _bring_orders(self, desk):
        with (desk / "orders").open() as orders:
            for line in orders:
                name = line.strip()
                self._send("order", name, (desk / name).read_text())

    def _pour(self, pipe):
        with self._line.open() as channel:
            channel.send((inside.pour, (pipe,), {}))
            while data := os.read(0, inside.CHUNK_BYTES):
                channel.send_bytes(data)


def desk_of(argv):
    """Return the folder in which a program finds its orders, if it takes any."""
    if AT_TAPE[1] not in argv:
        return None
    return Path(argv[argv.index(AT_TAPE[1]) + 2]).parent


def put(handle, data):
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def main(work, *argv):
    line = Line(work)
    with line.open() as channel, suppress(BrokenPipeError):  # who reads here is gone
        return Far(line, channel).run(list(argv))
    return 1


if __name__ == "__main__":
    os._exit(main(*sys.argv[1:]))
