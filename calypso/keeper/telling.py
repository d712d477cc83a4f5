"""What a program tells the keeper that started it. Where nobody keeps it, that goes nowhere.

How many parts it has, that one is ready, that it lives: lines over a pipe. A part is a process
that can work: each pool child of a worker, or the one process of an API.
"""

import os
from contextlib import suppress

PIPE = "CALYPSO_KEEPER_PIPE"


def expect(parts: int) -> None:
    """Say how many parts there will be, before the first of them can be ready."""
    _tell(f"expect {parts}")


def ready() -> None:
    """Say that one more part can work. Each part says it once, in its own process."""
    _tell("ready")


def failing() -> None:
    """Say that a part has ended by itself: a newcomer need not be waited for any longer."""
    _tell("failing")


def alive() -> None:
    """Say that the program goes on. One that has said it once must go on saying so."""
    _tell("alive")


def pipes() -> tuple[int, ...]:
    """Return what a child of this program must inherit to be able to tell."""
    found = os.environ.get(PIPE, "")
    return (int(found),) if found.isdigit() else ()


def _tell(line: str) -> None:
    for pipe in pipes():
        with suppress(OSError):  # nobody listens, or too slowly: work matters more
            os.write(pipe, f"{line}\n".encode())
