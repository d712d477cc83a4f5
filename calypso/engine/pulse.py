"""The second thread of a worker process: heartbeats, progress, log and cancel wishes.

The main thread does the work and waits for processes; this one speaks for it. When the main
thread hangs in the kernel the heart still beats, so a heartbeat proves only a living process.
"""

import threading
import time
from collections.abc import Callable
from uuid import UUID

import structlog

from calypso.engine.metering import Meter
from calypso.engine.ports import Ports
from calypso.engine.running import Running
from calypso.engine.surviving import surviving
from calypso.errors import StoreUnavailable
from calypso.host.stopping import Stop
from calypso.models.jobtype import Cancel, JobType
from calypso.models.ledger import Beat

log = structlog.get_logger()
TICK_S = 0.25
PROGRESS_S = 0.5  # at most two progress messages a second
LOG_S = 1.0
WISH_S = 5.0


class Current:
    """The job this process runs, for both threads."""

    def __init__(self, running: Running, job_type: JobType) -> None:
        self.running = running
        self.job_type = job_type
        self.deadline = time.monotonic() + job_type.timeout_s

    def ask_to_stop(self, reason: Stop) -> None:
        """Pass an order to stop on, as far as the type takes it."""
        if reason is Stop.CANCELLED and self.job_type.cancel is Cancel.BEFORE_START:
            return
        if self.running.stop.requested is None:
            self.running.log(f"asked to stop: {reason.name.lower()}")
        self.running.order_to_stop(reason)


class Pulse:
    """Beats for one worker process from its first job on."""

    def __init__(
        self,
        ports: Ports,
        worker: UUID,
        *,
        lease_s: float,
        beat_s: float,
        log_limit_bytes: int,
        draining: Callable[[], bool] = lambda: False,
        meter: Meter | None = None,
    ) -> None:
        self._ports, self._meter = ports, meter
        self._worker = worker
        self._lease_s, self._beat_s = lease_s, beat_s
        self._log_limit_bytes = log_limit_bytes
        self._draining, self._told_draining = draining, False
        self._current: Current | None = None
        self._lock = threading.Lock()  # held while speaking for a job: its end waits for that
        self._next: dict[str, float] = {}
        self._idle_beat_at = 0.0
        self._wake = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, name="pulse", daemon=True),
            threading.Thread(target=self._listen, name="wishes", daemon=True),
        ]

    def start(self) -> None:
        """Begin to beat, in threads that end with the process."""
        for thread in self._threads:
            thread.start()

    def attach(self, current: Current) -> None:
        """Speak for a job from now on."""
        with self._lock:
            self._current = current
            self._next = {"beat": time.monotonic() + self._beat_s}

    def detach(self) -> None:
        """Speak for nobody; returns after the last word about the job."""
        with self._lock:
            self._current = None

    def flush(self, current: Current) -> None:
        """Send what the run said and is not yet sent."""
        with self._lock:
            self._send_progress(current)
            self._send_log(current)

    def _run(self) -> None:
        while True:
            self._wake.wait(TICK_S)
            self._wake.clear()
            with surviving("pulse"):
                self._beat_once()

    def _beat_once(self) -> None:
        try:
            self._tell_draining()
            with self._lock:
                if self._current is not None:
                    self._speak_for(self._current)
                elif time.monotonic() >= self._idle_beat_at:
                    self._idle_beat_at = time.monotonic() + self._beat_s
                    self._hand_on_counts()
                    self._ports.jobs.heartbeat(self._worker, (), lease_s=self._lease_s)
        except StoreUnavailable as away:
            # Nobody else may start our job meanwhile, so it goes on.
            log.warning("heartbeat.failed", error=away.detail)

    def _tell_draining(self) -> None:
        if self._draining() and not self._told_draining:
            self._ports.jobs.set_draining(self._worker)
            self._told_draining = True

    def _listen(self) -> None:
        with self._ports.live.cancel_wishes() as wishes:
            while True:
                with surviving("wishes"):
                    self._hear(wishes.next(timeout_s=WISH_S))

    def _hear(self, wanted: UUID | None) -> None:
        current = self._current
        if wanted is None or current is None or current.running.claimed.id != wanted:
            return
        with self._lock:
            if self._current is current:
                self._next["beat"] = 0.0  # the store is asked whether it is true
                self._wake.set()

    def _speak_for(self, current: Current) -> None:
        if time.monotonic() > current.deadline:
            current.ask_to_stop(Stop.TIMED_OUT)
        self._every("beat", self._beat_s, lambda: self._beat(current))
        self._every("progress", PROGRESS_S, lambda: self._send_progress(current))
        self._every("log", LOG_S, lambda: self._send_log(current))

    def _every(self, what: str, seconds: float, do: Callable[[], None]) -> None:
        if time.monotonic() >= self._next.get(what, 0.0):
            self._next[what] = time.monotonic() + seconds
            do()

    def _hand_on_counts(self) -> None:
        if self._meter is not None:
            self._meter.flush()

    def _beat(self, current: Current) -> None:
        self._hand_on_counts()
        claimed = current.running.claimed
        progress = current.running.progress.model_dump(mode="json")
        beat = Beat(claimed.id, claimed.epoch, progress)
        mine = self._ports.jobs.heartbeat(self._worker, (beat,), lease_s=self._lease_s)
        if claimed.id not in mine:
            current.ask_to_stop(Stop.FENCED)
        elif mine[claimed.id]:
            current.ask_to_stop(Stop.CANCELLED)

    def _send_progress(self, current: Current) -> None:
        if (progress := current.running.mailbox.take_progress()) is not None:
            claimed = current.running.claimed
            self._ports.live.progress(
                claimed.id, claimed.subsystem, progress.model_dump(mode="json")
            )

    def _send_log(self, current: Current) -> None:
        text = current.running.mailbox.take_log()
        if not text:
            return
        claimed = current.running.claimed
        try:
            mine = self._ports.jobs.append_log(
                claimed.id, claimed.epoch, text, limit_bytes=self._log_limit_bytes
            )
        except StoreUnavailable:
            current.running.mailbox.put_back(text)
            raise
        if mine:
            self._ports.live.tell("job.log", {"id": str(claimed.id)})
