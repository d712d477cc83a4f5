"""Who does what one alone need do: schedulers, and workers' control processes in their absence.

A fleet has thousands of control processes. That each did what a scheduler does anyway would cost
the database more than all of their jobs.
"""

import time
from collections.abc import Callable

from calypso.engine.alert_ports import AlertStore

SAID_S = 3.0  # a scheduler says this often that it is at it
LATE_S = 3.0  # by which it may be late before others step in
LOOK_S = 3.0  # those look this often


class Duty:
    """One thing that is to be done, for one process. `stands_in`: only while nobody else does it.

    Several may do it at once: whoever steps in looks at most `LOOK_S` late, on either side.
    """

    def __init__(
        self,
        alerts: AlertStore,
        what: str,
        *,
        stands_in: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._alerts, self._what, self._stands_in = alerts, what, stands_in
        self._clock = clock
        self._due, self._mine = float("-inf"), True

    def is_mine(self) -> bool:
        """Tell whether to do it now; StoreUnavailable when that is not known."""
        if self._clock() >= self._due:
            self._mine = self._look()
            self._due = self._clock() + (LOOK_S if self._stands_in else SAID_S / 2)
        return self._mine

    def _look(self) -> bool:
        if self._stands_in:
            return not self._alerts.is_taken(self._what, late_s=LATE_S)
        self._alerts.turn(self._what, every_s=SAID_S)
        return True
