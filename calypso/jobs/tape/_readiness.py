"""Waiting for a drive that threads a tape, or cleans itself."""

from collections.abc import Container

from calypso.drivers.tape import Drive, DriveState, Tape
from calypso.models.running import RunningJob

LOOK_S = 2.0


def wait_while(
    tape: Tape, serial: str, states: Container[DriveState], running: RunningJob, *, most_s: float
) -> Drive:
    """Return a drive once it is in none of these states, or as it is when that takes too long."""
    waited_s = 0.0
    while (drive := tape.drive(serial)).state in states and waited_s < most_s:
        running.wait(LOOK_S)
        waited_s += LOOK_S
    return drive
