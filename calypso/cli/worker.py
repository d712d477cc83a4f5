"""`calypso worker SUBSYSTEM`: the pool that runs its jobs, and beside it the control process."""

import os
import sys
from functools import partial
from typing import Annotated

import typer

from calypso import config
from calypso.config import KNOWN_SUBSYSTEMS
from calypso.embedded.signals import EndAsked, Signals
from calypso.embedded.supervisor import Supervisor
from calypso.errors import Misconfigured
from calypso.host.daemon import Daemon
from calypso.keeper import telling

JOBS, CONTROL = "jobs", "control"
CONTROL_GRACE_S = 10.0  # its work takes seconds
FOREVER_S = float("inf")  # a backup may run for ten hours
LOOK_S = 60.0

Subsystem = Annotated[str, typer.Argument(help="storage or system.", show_default=False)]


def worker(subsystem: Subsystem) -> None:
    """Run a subsystem's jobs until SIGTERM, then let those that run finish.

    A second SIGTERM ends them: each is then handed back as its type says, run again or lost.
    """
    settings = config.load()  # a setting that cannot work is told here, in one line
    if subsystem not in KNOWN_SUBSYSTEMS:
        known = ", ".join(KNOWN_SUBSYSTEMS)
        raise Misconfigured(f"There is no subsystem {subsystem!r}. Known: {known}.")
    telling.expect(1 + settings.slots(subsystem))  # the control process, and the pool's children
    supervisor = Supervisor(say=_say)
    with Signals() as signals:
        for module in (CONTROL, JOBS):
            supervisor.keep(module, partial(_launch, module, subsystem))
        try:
            while True:
                signals.pause(supervisor.pause_s(LOOK_S))
                if supervisor.look() and supervisor.has_gaps:
                    telling.failing()
        except EndAsked:
            _drain(supervisor, signals)


def _drain(supervisor: Supervisor, signals: Signals) -> None:
    """End the pool when its jobs have ended, then the control process, which tends till then."""
    _say("draining: takes no new jobs, ends with the last one; a second signal hands them back")

    def hurried() -> bool:
        return signals.asked > 1

    def wait_and_look(limit_s: float) -> None:
        signals.wait(limit_s)
        supervisor.look()

    supervisor.end([JOBS], grace_s=FOREVER_S, wait=wait_and_look, hurried=hurried)
    supervisor.end([CONTROL], grace_s=CONTROL_GRACE_S, wait=signals.wait)


def _launch(module: str, subsystem: str) -> Daemon:
    argv = [sys.executable, "-m", f"workers.{module}", subsystem]
    child = Daemon(f"{subsystem}-{module}", argv, log=None, env=os.environ, fds=telling.pipes())
    child.start()
    return child


def _say(line: str) -> None:
    sys.stderr.write(f"calypso worker: {line}\n")
    sys.stderr.flush()
