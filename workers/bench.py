"""Where jobs work: this machine, one scope of processes for each job."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any

import structlog

from calypso.config import Settings
from calypso.engine.metering import Meter
from calypso.engine.running import Running
from calypso.host import Host, Ran, proof
from calypso.host.local import LocalHost
from calypso.models import tracing
from calypso.models.worker import WorkerRecord
from calypso.wiring import open_driver

log = structlog.get_logger()


class LocalBench:
    """Satisfies `engine.run.Bench` with real processes."""

    def __init__(self, settings: Settings, subsystem: str, meter: Meter) -> None:
        self._settings, self._subsystem, self._meter = settings, subsystem, meter

    @contextmanager
    def host(self, running: Running, grace_s: float) -> Iterator[Host]:
        """Open a host for one job; on leaving, all its processes are seen dead."""
        claimed = running.claimed
        host = LocalHost(
            tag=f"{claimed.id}.{claimed.epoch}",
            stop=running.host_stop,
            grace_s=grace_s,
            on_log=running.log,
            on_ran=lambda ran: note_command(self._meter, self._subsystem, ran),
            cgroups=self._settings.cgroups,
        )
        try:
            yield host
        finally:
            host.end_all()

    def driver(self, host: Host) -> Any:
        """Open the subsystem's driver."""
        return open_driver(self._settings, self._subsystem, host)


def note_command(meter: Meter, subsystem: str, ran: Ran) -> None:
    """Count a command that a driver ran, and name it in the log and among the spans."""
    program = PurePath(ran.argv[0]).name
    meter.ran(subsystem, ran)
    tracing.ended(program, elapsed_s=ran.elapsed_s, failed=not ran.ok, subsystem=subsystem)
    log.info("command.ended", subsystem=subsystem, program=program, code=ran.code,
             seconds=round(ran.elapsed_s, 3))  # fmt: skip


class LocalUndertaker:
    """Satisfies `engine.tend.Undertaker` with /proc."""

    def is_dead(self, worker: WorkerRecord) -> bool:
        """Tell whether a worker process of this node is gone for certain."""
        return proof.is_dead(
            pid=worker.pid,
            started=worker.started,
            boot=worker.boot_id,
            machine=worker.machine_id,
            namespace=worker.pid_namespace,
        )

    def end_leftovers(self, worker: WorkerRecord) -> list[int]:
        """Kill what a dead worker left running; returns when none is left."""
        if worker.running_job is None:
            return []
        return proof.end_leftovers([f"{worker.running_job}."])
