"""One worker process: who it is, what it is connected to, and the one task it answers."""

import os
from collections.abc import Callable, Sequence
from functools import cached_property
from time import sleep

import structlog

from calypso import __version__
from calypso.config import Settings
from calypso.engine.control import control_types
from calypso.engine.metering import Meter
from calypso.engine.patience import until_known
from calypso.engine.pulse import Pulse
from calypso.engine.run import Runner
from calypso.errors import StoreUnavailable
from calypso.host import Ran, private, proof
from calypso.host.scope import adopt_orphans, reap_orphans
from calypso.keeper import telling
from calypso.models import tracing
from calypso.models.clock import uuid7
from calypso.models.jobtype import queue_name
from calypso.models.worker import WorkerRecord
from calypso.wiring import House, build
from workers.bench import LocalBench

log = structlog.get_logger()


class WorkerProcess:
    """Made in the process that runs the jobs, after its fork: it opens connections and threads."""

    def __init__(
        self,
        settings: Settings,
        subsystem: str,
        *,
        control: bool,
        draining: Callable[[], bool] = lambda: False,
    ) -> None:
        # Not beside an observer, which starts programs too: no job may end them or take their exit.
        self._adopts = not control
        if self._adopts:
            adopt_orphans()
            private.sweep()
        self.settings, self.subsystem, self._draining = settings, subsystem, draining
        self.queue = queue_name(subsystem, settings.node, control=control)
        self.house: House = build(settings, role="worker")
        self.record = _record(settings, subsystem, [self.queue])
        until_known(lambda: self.house.ports.jobs.register(self.record), sleep=sleep)
        self._meter = Meter(self.house.ports.live, settings.node)
        self._pulse = Pulse(
            self.house.ports,
            self.record.id,
            lease_s=settings.lease_s,
            beat_s=settings.heartbeat_s,
            log_limit_bytes=settings.log_limit_bytes,
            draining=draining,
            meter=self._meter,
        )
        self._pulse.start()
        log.info("worker.ready", worker=str(self.record.id), queue=self.queue)
        telling.ready()

    @cached_property
    def _runner(self) -> Runner:
        house = self.house
        return Runner(
            house.ports,
            {**house.types, **control_types(house.ports, house.types, house.tables, house.lookups)},
            LocalBench(self.settings, self.subsystem, self._meter),
            self._pulse,
            worker=self.record.id,
            node=self.settings.node,
            lease_s=self.settings.lease_s,
            draining=self._draining,
            meter=self._meter,
        )

    def answer(self) -> None:
        """Look whether there is work, and do it."""
        self._runner.work(self.queue)
        if self._adopts:
            reap_orphans()

    def count_command(self, ran: Ran) -> None:
        """Count a command that was run beside the jobs, to keep tables fresh."""
        self._meter.ran(self.subsystem, ran)

    def leave(self) -> None:
        """Take this process off the list; a tender would find it gone anyway."""
        self._meter.flush(now=True)
        tracing.flush()
        try:
            self.house.ports.jobs.forget_worker(self.record.id)
        except StoreUnavailable as away:
            log.warning("worker.not_forgotten", error=away.detail)


def _record(settings: Settings, subsystem: str, queues: Sequence[str]) -> WorkerRecord:
    return WorkerRecord(
        id=uuid7(),
        node=settings.node,
        subsystem=subsystem,
        queues=tuple(queues),
        pid=os.getpid(),
        started=proof.own_start(),
        boot_id=proof.boot_id(),
        machine_id=proof.machine_id(),
        pid_namespace=proof.pid_namespace(),
        version=__version__,
        slots=1,
    )
