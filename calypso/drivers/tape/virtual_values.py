"""What virtual libraries are asked for beyond what real ones know."""

from collections.abc import Callable
from typing import Annotated

from pydantic import Field

from calypso.drivers.tape.values import Count, Value

OnStep = Callable[[int, int, str], None]  # done, total, what is done next


def unheard(_done: int, _total: int, _phase: str) -> None:
    """Be told of a step, and do nothing about it."""


class LibraryChange(Value):
    """How a virtual library is to be from now on; None: as it is."""

    slots: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        default=None, description="Storage slots; empty: as many as there are."
    )
    ie_slots: Count | None = Field(
        default=None, description="Import/export slots; empty: as many as there are."
    )
    drives: Annotated[int, Field(ge=1, le=64)] | None = Field(
        default=None, description="Drives; empty: as many as there are. The last ones go first."
    )


Seconds = Annotated[int, Field(ge=0, le=600)]


class Delays(Value):
    """How long a virtual drive takes for what a real one takes its time for; None: as it is."""

    load_s: Seconds | None = Field(default=None, description="Seconds that a load takes.")
    unload_s: Seconds | None = Field(default=None, description="Seconds that an unload takes.")
    rewind_s: Seconds | None = Field(default=None, description="Seconds that a rewind takes.")
    position_s: Seconds | None = Field(default=None, description="Seconds to find a position.")
    thread_s: Seconds | None = Field(default=None, description="Seconds to thread the tape.")


class DriveFault(Value):
    """What is to be wrong with a virtual drive; the numbers are those of the TapeAlert standard."""

    tape_alerts: tuple[Annotated[int, Field(ge=1, le=64)], ...] | None = Field(
        default=None, description="TapeAlert flags that it raises; an empty list: none any more."
    )
    delays: Delays = Field(default=Delays(), description="How slow it is.")
