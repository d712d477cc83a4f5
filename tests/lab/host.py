"""The guest as the drivers see it: satisfies `Host` with the guest's own LocalHost."""

import os
from collections import deque
from select import select

from calypso.host.stopping import Stop
from tests.lab import inside

BEAT_S = 1.0
ENDED_S = 30.0  # what an emulated machine needs to end processes and say so


class GuestHost:
    """Every verb is LocalHost's, run in the guest; `stop` and `on_line` are on this side."""

    def __init__(
        self, line, *, tag=None, stop=None, grace_s=10.0, on_log=None, on_ran=None, env=None
    ):
        self._line, self._stop = line, stop
        self._on_log, self._on_ran = on_log, on_ran or (lambda _ran: None)
        self._settings = {"tag": tag, "grace_s": grace_s, "env": env}
        self._pid, self._idle = os.getpid(), deque()

    def run(self, argv, *, timeout_s, stdin=None, env=None):
        return self._told(self._ask("run", argv, timeout_s=timeout_s, stdin=stdin, env=env))

    def stream(self, argv, *, timeout_s, on_line, env=None):
        options = {"timeout_s": timeout_s, "env": env}
        return self._told(self._ask("stream", argv, heard=on_line, **options))

    def pipe(self, stages, *, timeout_s, on_line=None, on_beat=None, env=None):
        heard = on_line or (lambda _stage, _line: None)
        options = {"timeout_s": timeout_s, "env": env}
        ends = self._ask("pipe", stages, heard=heard, beat=on_beat, **options)
        return [self._told(ran) for ran in ends]

    def _told(self, ran):
        self._on_ran(ran)
        return ran

    def which(self, program):
        return self._ask("which", program)

    def exists(self, path):
        return self._ask("exists", str(path))

    def read_text(self, path):
        return self._ask("read_text", str(path))

    def write_text(self, path, text, *, mode=0o644):
        return self._ask("write_text", str(path), text, mode=mode)

    def _ask(self, verb, *args, heard=None, beat=None, **options):
        if self._stop is not None:
            self._stop.check()
        channel = self._channel()
        try:
            channel.send((verb, args, options))
            value = self._answer(channel, heard, beat or (lambda: None))
        except _Raised as told:
            channel.close()
            raise told.error from None
        except BaseException:
            with channel:
                self._end(channel)
            raise
        if self._stop is None or not self._stop.requested:  # else it is stopped there for good
            self._idle.append(channel)
        return value

    def _channel(self):
        """Return a channel to a LocalHost there: one that has answered, or a new one."""
        if self._pid != os.getpid():  # ours are the other process' too
            self._pid, self._idle = os.getpid(), deque()
        while self._idle:
            channel = self._idle.pop()
            if not channel.poll():  # it has something to tell only when it is cut
                return channel
            channel.close()
        channel = self._line.open()
        channel.send((inside.on_host, (self._settings, self._on_log is not None), {}))
        return channel

    def _answer(self, channel, heard, beat):
        """Hand on what comes until the answer does; pass a stop on, once."""
        waits = [channel] if self._stop is None else [channel, self._stop]
        while True:
            ready = select(waits, [], [], BEAT_S)[0]
            beat()
            if self._stop in ready:
                channel.send(self._stop.pending or self._stop.requested)
                waits = [channel]
            if channel in ready:
                kind, value = channel.recv()
                if kind == "returned":
                    return value
                if kind == "raised":
                    raise _Raised(value)
                self._on_log(value) if kind == "log" else heard(*value)

    def _end(self, channel):
        """Something went wrong on this side: end what runs there, and see it ended.

        What the kernel there does not let go is left to whoever powers the guest off.
        """
        channel.send(Stop.FENCED)
        while channel.poll(self._settings["grace_s"] + ENDED_S):
            if channel.recv()[0] in ("returned", "raised"):
                return


class _Raised(Exception):
    def __init__(self, error):
        self.error = error
