"""How a job shows what the storage tells about how far it is."""

from collections.abc import Callable

from calypso.drivers.storage import Activity, Scan
from calypso.models.running import RunningJob


def shower(running: RunningJob, what: str) -> Callable[[Scan | Activity], None]:
    """Return what reports each look: `what` is done, unless the look says that it is another."""

    def show(told: Scan | Activity) -> None:
        running.report(
            phase=f"{told.function if isinstance(told, Scan) else what} {told.state.value}",
            percent=told.percent,
            done=told.issued_bytes if isinstance(told, Scan) else told.done_bytes,
            total=told.total_bytes,
            unit="bytes",
        )

    return show
