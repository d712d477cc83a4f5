"""The keeper: one program, always one release of it that serves, and none that is cut off."""

import os
import select
import signal
import socket
import time
from collections.abc import Callable, Sequence

from calypso import __version__
from calypso.host.backoff import Backoff
from calypso.keeper import control, systemd
from calypso.keeper.generation import Generation
from calypso.keeper.handover import Handover

LOOK_S = 1.0
FAILED_GRACE_S = 15.0  # for a newcomer that did not get ready
HEARD_WITHIN_S = 90.0  # a program that says that it lives is believed so long
HEARD = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

Say = Callable[[str], None]


class Keeper:
    """Runs a program by `argv` until SIGTERM.

    `takes_over` turns this process into the keeper of the current release, with a handover; it
    returns only to say why it cannot.
    """

    def __init__(
        self,
        argv: Sequence[str],
        left: Handover,
        *,
        start_s: float,
        takes_over: Callable[[Handover], str],
        say: Say,
    ) -> None:
        self._argv, self._start_s, self._takes_over, self._say = argv, start_s, takes_over, say
        self._sockets, self._control = left.sockets, left.control
        self._generations = left.generations
        self._client = None if left.client is None else socket.socket(fileno=left.client)
        self._asking: list[socket.socket] = []
        self._ends_asked = self._ends_passed_on = 0
        self._hangup = False
        self._backoff, self._due = Backoff(), 0.0
        self._code = 0

    def run(self) -> int:
        """Keep the program until SIGTERM has ended it; returns the exit code to end with."""
        waker = self._hear_signals()
        if not self._ends_asked:  # while releases changed
            self._start()
        while not self._is_over():
            self._sleep(waker)
            self._pass_on_ends()
            self._look()
            self._hear_who_asks()
            self._pet()
        systemd.tell("STOPPING=1")
        return self._code

    # ---- generations

    def _start(self) -> None:
        sockets = {"CALYPSO_LISTEN": f"fd://{self._sockets[0]}"} if self._sockets else {}
        newcomer = Generation.start(
            self._argv, {**systemd.environment(), **sockets},
            version=__version__, fds=self._sockets,
        )  # fmt: skip
        self._generations.append(newcomer)
        self._say(f"started {__version__} as process {newcomer.pid}")

    def _look(self) -> None:
        for one in self._generations:
            one.listen()
            one.kill_if_due()
        ended = [(one, code) for one in self._generations if (code := one.ended()) is not None]
        newcomer = self._newcomer()
        if newcomer is not None and newcomer.is_ready:  # perhaps it said so and died
            self._succeed(newcomer)
        for one, code in ended:
            self._generations.remove(one)
            self._bury(one, code)
        self._judge_newcomer()
        if self._due and time.monotonic() >= self._due:
            self._due = 0.0
            self._start()

    def _judge_newcomer(self) -> None:
        newcomer = self._newcomer()
        if newcomer is not None and newcomer.failing:
            self._fail(newcomer, "has a part that ended at its start")
        elif newcomer is not None and time.monotonic() > newcomer.since + self._start_s:
            self._fail(newcomer, f"was not ready within {self._start_s:g} s")

    def _newcomer(self) -> Generation | None:
        """Return the one that is starting, if there is one."""
        newest = self._generations[-1] if self._generations else None
        if newest is None or newest.leaving or newest is self._serving():
            return None
        return newest

    def _serving(self) -> Generation | None:
        """Return the one that does the work: ready, and not told to leave."""
        able = [one for one in self._generations if one.serves and not one.leaving]
        return able[-1] if able else None

    def _succeed(self, newcomer: Generation) -> None:
        newcomer.serves = True
        for one in self._generations:
            if one is not newcomer and not one.leaving:
                one.ask_to_end()
                self._say(f"process {one.pid} of {one.version} ends when its work is done")
        systemd.tell("READY=1", f"STATUS=Serves {newcomer.version}")
        self._tell_client(f"ok {newcomer.version}")

    def _fail(self, newcomer: Generation, what: str) -> None:
        newcomer.ask_to_end(within_s=FAILED_GRACE_S)
        self._give_up(newcomer, f"{newcomer.version} {what}")

    def _give_up(self, newcomer: Generation, what: str) -> None:
        serving = self._serving()
        self._say(what)
        if serving is not None:
            systemd.tell(f"STATUS=Serves {serving.version}: {what}")
            self._tell_client(f"failed {what}; {serving.version} serves on")
        elif self._drains(newcomer):
            # To end would be to wait for the work of others, hours perhaps, with nobody serving.
            systemd.tell(f"STATUS={what}; tried again beside the work of an earlier one")
            self._tell_client(f"failed {what}; it is tried again")
            self._start_again(newcomer)
        else:
            self._code, self._ends_asked = 1, max(1, self._ends_asked)

    def _drains(self, newcomer: Generation) -> bool:
        """Tell whether an earlier generation still finishes its work."""
        return any(one.leaving and one is not newcomer for one in self._generations)

    def _start_again(self, after: Generation) -> None:
        lived_s = time.monotonic() - after.since
        self._due = time.monotonic() + self._backoff.pause_after(lived_s)
        self._backoff = self._backoff.after(lived_s)

    def _bury(self, one: Generation, code: int) -> None:
        self._say(f"process {one.pid} of {one.version} ended ({code})")
        if one.leaving or self._ends_asked:
            return
        if not one.serves:
            self._give_up(one, f"{one.version} ended at its start ({code})")
        elif self._newcomer() is None:
            self._start_again(one)

    # ---- the end

    def _is_over(self) -> bool:
        return bool(self._ends_asked) and not self._generations

    def _pass_on_ends(self) -> None:
        """Pass each wish to end on to every generation: a second one hurries a worker.

        So the first goes to nobody who was asked already, when another release took its place.
        """
        while self._ends_passed_on < self._ends_asked:
            is_first = self._ends_passed_on == 0
            self._ends_passed_on += 1
            self._due = 0.0
            systemd.tell("STOPPING=1", "STATUS=Ends when its work is done")
            for one in self._generations:
                if not (is_first and one.leaving):
                    one.ask_to_end()

    # ---- who asks

    def _hear_who_asks(self) -> None:
        while (client := control.accept(self._control)) is not None:
            self._asking.append(client)
        for client in list(self._asking):
            asked = control.asks_for_reload(client)
            if asked is not None:
                self._asking.remove(client)
            if asked:
                control.answer(client, f"failed {self._reload(client)}")
            elif asked is False:
                client.close()
        if self._hangup:
            self._hangup = False
            self._reload(None)

    def _reload(self, client: socket.socket | None) -> str:
        """Turn into the keeper of the current release; returns only to say why not."""
        left = Handover(
            self._generations,
            self._sockets,
            self._control,
            None if client is None else client.fileno(),
        )
        # What is asked for from here on waits for whoever hears it next, also across exec(2).
        signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
        why = self._busy() or self._takes_over(left)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
        left.close_to_children()
        self._say(why)
        return why

    def _busy(self) -> str | None:
        if self._ends_asked:
            return "it is ending"
        return "another release is starting" if self._newcomer() is not None else None

    def _tell_client(self, line: str) -> None:
        if self._client is not None:
            control.answer(self._client, line)
            self._client = None

    # ---- signals and time

    def _hear_signals(self) -> int:
        reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._note_end)
        signal.signal(signal.SIGHUP, self._note_hangup)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)  # the keeper before has held them back
        return reader

    def _note_end(self, *_: object) -> None:
        self._ends_asked += 1

    def _note_hangup(self, *_: object) -> None:
        self._hangup = True

    def _sleep(self, waker: int) -> None:
        pipes = [one.pipe for one in self._generations if not one.silent]
        asking = [one.fileno() for one in self._asking]
        readable, _, _ = select.select([waker, self._control, *asking, *pipes], [], [], LOOK_S)
        if waker in readable:
            os.read(waker, 512)

    def _pet(self) -> None:
        serving = self._serving()
        heard_at = None if serving is None else serving.heard_at
        if heard_at is None or time.monotonic() < heard_at + HEARD_WITHIN_S:
            systemd.tell("WATCHDOG=1")
