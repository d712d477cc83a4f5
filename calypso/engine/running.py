"""The running job as its run function sees it; what it says goes into mailboxes."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from calypso.engine.books import patient
from calypso.engine.children import Children
from calypso.engine.known import Record
from calypso.engine.patience import until_known
from calypso.engine.ports import Ports
from calypso.engine.progress import Meter
from calypso.errors import JobFenced
from calypso.host.private import PrivateFolder
from calypso.host.stopping import Stop, StopSignal
from calypso.models.clock import now
from calypso.models.job import Job, Progress
from calypso.models.jobtype import Cancel, JobType
from calypso.models.ledger import Claimed
from calypso.models.schedule import Schedule

WAIT_STEP_S = 0.1


class Mailbox:
    """What a run said and nobody has sent on yet. Written by one thread, emptied by another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: list[str] = []
        self._progress: Progress | None = None

    def put_line(self, line: str) -> None:
        """Add a line for the job's log, with its time."""
        stamp = now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        with self._lock:
            self._lines.append(f"{stamp}Z {line}\n")

    def put_progress(self, progress: Progress) -> None:
        """Replace the progress that waits to be sent."""
        with self._lock:
            self._progress = progress

    def take_log(self) -> str:
        """Return the lines that wait, and forget them."""
        with self._lock:
            lines, self._lines = self._lines, []
        return "".join(lines)

    def put_back(self, text: str) -> None:
        """Put lines back that could not be sent."""
        with self._lock:
            self._lines.insert(0, text)

    def take_progress(self) -> Progress | None:
        """Return the latest progress unless it was taken already."""
        with self._lock:
            progress, self._progress = self._progress, None
        return progress


class Running:
    """Satisfies `models.running.RunningJob`."""

    def __init__(
        self, ports: Ports, claimed: Claimed, cancel: Cancel, types: Mapping[str, JobType]
    ) -> None:
        self.claimed = claimed
        self.stop = StopSignal()
        # Only types that may be cut anywhere have their programs ended by a cancel.
        self.host_stop = self.stop if cancel in (Cancel.ANYTIME, Cancel.SUBSYSTEM) else StopSignal()
        self.mailbox = Mailbox()
        self.warnings: list[Mapping[str, Any]] = []
        self._ports = ports
        self._children = Children(ports, types, claimed, sleep=self.wait)
        self._record = Record(ports, claimed.node)
        self._meter = Meter()
        books = ports.media.writing(claimed.node, job_id=claimed.id, epoch=claimed.epoch)
        self.media = patient(books, sleep=self.wait)
        configs = ports.backup.writing(claimed.node, job_id=claimed.id, epoch=claimed.epoch)
        self.backup = patient(configs, sleep=self.wait)
        self._external = claimed.external
        self._private: PrivateFolder | None = None

    @property
    def job_id(self) -> str:
        """The job's id."""
        return str(self.claimed.id)

    @property
    def node(self) -> str:
        """The node it runs on."""
        return self.claimed.node

    @property
    def token(self) -> str:
        """A tag for side effects."""
        return self._token(self.claimed.epoch)

    @property
    def earlier_tokens(self) -> list[str]:
        """The tags of earlier runs of this job."""
        return [self._token(epoch) for epoch in range(1, self.claimed.epoch)]

    @property
    def attempt(self) -> int:
        """1 at the first run."""
        return self.claimed.attempt

    @property
    def external(self) -> str | None:
        """What an earlier attempt, or this one, remembered."""
        return self._external

    @property
    def secrets_path(self) -> str:
        """A private directory that vanishes with the run."""
        if self._private is None:
            self._private = PrivateFolder()
        return str(self._private.path)

    @property
    def progress(self) -> Progress:
        """How far the run is."""
        return self._meter.progress

    def report(
        self,
        *,
        done: int | None = None,
        total: int | None = None,
        unit: str | None = None,
        percent: float | None = None,
        phase: str | None = None,
        message: str | None = None,
    ) -> None:
        """Say how far the job is."""
        if phase is not None and phase != self._meter.progress.phase:
            self.log(f"phase: {phase}")
        self.mailbox.put_progress(
            self._meter.report(
                done=done, total=total, unit=unit, percent=percent, phase=phase, message=message
            )
        )

    def log(self, line: str) -> None:
        """Add a line to the job's log."""
        self.mailbox.put_line(line)

    def warn(self, code: str, message: str) -> None:
        """Add a complaint."""
        self.warnings.append({"code": code, "message": message})
        self.log(f"warning: {message}")

    def stop_if_cancelled(self) -> None:
        """Raise when the job is to stop."""
        self.stop.check()

    def wait(self, seconds: float) -> None:
        """Pause, raising as soon as the job is to stop."""
        deadline = time.monotonic() + seconds
        self.stop.check()
        while (left_s := deadline - time.monotonic()) > 0:
            time.sleep(min(left_s, WAIT_STEP_S))
            self.stop.check()

    @contextmanager
    def tidying(self) -> Iterator[None]:
        """Hold a cancel back while the body runs."""
        with self.stop.hold(), self.host_stop.hold():
            yield

    def order_to_stop(self, reason: Stop) -> None:
        """Stop the run, from any thread; a cancel spares programs that must not be cut."""
        self.stop.request(reason)
        if reason is not Stop.CANCELLED:
            self.host_stop.request(reason)

    def remember(self, external: str) -> None:
        """Note what lives outside."""
        claimed = self.claimed
        mine = until_known(
            lambda: self._ports.jobs.remember(claimed.id, claimed.epoch, external),
            sleep=self.wait,
        )
        if not mine:
            raise JobFenced("Another run owns this job now.")
        self._external = external

    def start(
        self, type_name: str, params: Mapping[str, Any], *, name: str, node: str | None = None
    ) -> str:
        """Start another job, or find the one an earlier run started under that name."""
        self.stop.check()
        child = self._children.start(type_name, params, name=name, node=node)
        self.log(f"child {name}: job {child}, {type_name}")
        return str(child)

    def wait_for(self, children: Sequence[str]) -> list[Job]:
        """Return children that have ended; until then the run ends here and begins again."""
        self.stop.check()
        found = self._children.ended([UUID(one) for one in children])
        self.report(done=len(found), total=len(found), unit="jobs")
        return found

    def schedules(self, type_name: str) -> list[Schedule]:
        """Return every schedule of a job type."""
        return until_known(lambda: self._record.schedules(type_name), sleep=self.wait)

    def unfinished(self, type_name: str) -> Sequence[Job]:
        """Return the jobs of a type on this node that have not ended."""
        return until_known(lambda: self._record.unfinished(type_name), sleep=self.wait)

    def succeeded(self, type_name: str) -> Sequence[Job]:
        """Return the latest jobs of a type that succeeded on this node."""
        return until_known(lambda: self._record.succeeded(type_name), sleep=self.wait)

    def job(self, job_id: str) -> Job | None:
        """Return a job; None when there is none any more."""
        return until_known(lambda: self._record.job(job_id), sleep=self.wait)

    def secret(self, name: str) -> str:
        """Return the value of a secret."""
        return until_known(lambda: self._ports.secrets.reveal(name), sleep=self.wait)

    def _token(self, epoch: int) -> str:
        return f"calypso-{self.claimed.id}-{epoch}"

    def close(self) -> None:
        """Remove what was private to this run."""
        if self._private is not None:
            self._private.close()
        for signal in {self.stop, self.host_stop}:
            signal.close()
