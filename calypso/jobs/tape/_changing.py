"""A change of virtual libraries: told of step by step, cut between two, undone when it fails."""

from collections.abc import Callable
from typing import TypeVar

from calypso.drivers.tape import OnStep, Tape, TapeError
from calypso.errors import JobFenced
from calypso.models.lock import exclusive
from calypso.models.running import RunningJob

CONFIG = exclusive("tape", "config")  # the files of virtual libraries are changed by one at a time
T = TypeVar("T")


def changed(tape: Tape, running: RunningJob, act: Callable[[OnStep], T]) -> T:
    """Return what `act` brings about; when it fails or is cancelled, all is as it was before."""

    def on_step(done: int, total: int, phase: str) -> None:
        running.stop_if_cancelled()
        running.report(phase=phase, done=done, total=total, unit="steps")

    try:
        return act(on_step)
    except JobFenced:  # another process has the job, and undoes what it finds
        raise
    except Exception as failed:
        with running.tidying():
            _undo(tape, running, failed)
        raise


def _undo(tape: Tape, running: RunningJob, failed: Exception) -> None:
    try:
        if tape.undo_change():
            running.log("What the change had replaced was put back.")
    except TapeError as stuck:
        raise TapeError(
            f"{failed} What was before could not be put back: {stuck} The next change of a virtual "
            "library tries it again.",
            original=stuck.original,
        ) from failed
