"""One file is one row of the table. `measure(here, plan)` answers a `Row`."""

from collections.abc import Callable, Mapping

from bench.findings import Row
from bench.ground import Ground
from bench.plan import Plan
from bench.rows import (
    crowd,
    end_to_end,
    frozen,
    listen,
    progress,
    schedules,
    show,
    start,
    submit,
)

# A new row is a file beside this one, and a line here.
ROWS: Mapping[str, Callable[[Ground, Plan], Row]] = {
    "end_to_end": end_to_end.measure,
    "submit": submit.measure,
    "start": start.measure,
    "show": show.measure,
    "listen": listen.measure,
    "progress": progress.measure,
    "crowd": crowd.measure,
    "frozen": frozen.measure,
    "schedules": schedules.measure,
}
