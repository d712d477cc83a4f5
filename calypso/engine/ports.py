"""What the engine needs from the outside; `store`, `live` and `broker` satisfy it by shape."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from calypso.engine.alert_ports import AlertStore, ChannelStore
from calypso.engine.backup_ports import BackupStore
from calypso.engine.inventory_ports import InventoryStore
from calypso.engine.kinship import Kinship
from calypso.engine.media_ports import MediaStore
from calypso.engine.schedule_ports import Owners, ScheduleStore
from calypso.models.job import Job, JobEvent, State
from calypso.models.ledger import Beat, Claimed, Ending, NewJob, Submitted
from calypso.models.line import LockEntry, QueueLength, Unfinished
from calypso.models.listing import JobQuery, Page
from calypso.models.worker import WorkerRecord


class JobStore(Kinship, Protocol):
    """The truth about jobs. Every verb is one transaction. StoreUnavailable when it is away."""

    def submit(self, new: NewJob) -> Submitted:
        """Store a job and ask for its locks: `queued` when nothing is in the way."""

    def replay_of(self, requested_by: str, request_key: str) -> tuple[UUID, str] | None:
        """Return (job id, request hash) of the job an idempotency key made, or None."""

    def claim(self, queue: str, node: str, worker: UUID, *, lease_s: float) -> Claimed | None:
        """Take the best queued job: highest priority, then oldest. None: nothing to do now."""

    def begin(self, job_id: UUID, epoch: int) -> Literal["ok", "cancel", "fenced"]:
        """Note that effects start now; `cancel`: do not start, end as cancelled.

        A job of `on_lost: requeue` has begun when it is claimed, unless a cancel was asked for.
        """

    def heartbeat(self, worker: UUID, beats: Sequence[Beat], *, lease_s: float) -> dict[UUID, bool]:
        """Renew leases. Returns the jobs still mine: id → cancel requested. Missing: stop now."""

    def finish(self, job_id: UUID, epoch: int, ending: Ending) -> State | None:
        """End a run, give its locks back, grant the next. None: fenced, nothing was written."""

    def finish_and_claim(
        self,
        job_id: UUID,
        epoch: int,
        ending: Ending,
        *,
        queue: str,
        node: str,
        worker: UUID,
        lease_s: float,
    ) -> tuple[State | None, Claimed | None]:
        """Finish, then claim the next of the queue, in one round trip."""

    def cancel(self, job_id: UUID, by: str) -> State | Literal["cancelling", "missing"]:
        """Cancel a job that has not started, or ask a running one to stop."""

    def disown(self, worker: UUID) -> None:
        """Note that nothing has begun of what a worker was given: it knows that it runs nothing."""

    def reap(self, node: str, dead: UUID) -> tuple[UUID, str] | None:
        """Take one job from a dead worker: (id, what became of it); None: no more.

        Only for a worker whose processes were seen dead. What became of it: again (not begun),
        backoff (requeued by policy), cancelled, lost, parked (cancelled after its children).
        """

    def release(self, job_id: UUID, by: str) -> bool:
        """On an operator's word: call a running job of a silent node lost, free its locks."""

    def promote(self, node: str) -> int:
        """Move on what came due (times, needed jobs, freed lines), a bounded batch; how many."""

    def due_nodes(self) -> list[str]:
        """Nodes where something came due that `promote` moves on: the others need no look."""

    def starving(self, node: str | None, *, older_than_s: float) -> dict[str, int]:
        """Queues of a node, or of all, with jobs queued longer: queue → how many.

        Of many no more than 200 need be counted.
        """

    def get(self, job_id: UUID) -> Job | None:
        """Return a job, from the hot table or from history."""

    def page(self, query: JobQuery) -> Page:
        """List jobs, hot and history alike."""

    def events_of(self, job_id: UUID, *, after: int = 0, limit: int = 100) -> list[JobEvent]:
        """Return a job's history, oldest first; `after` is the number of the last one seen."""

    def events_since(self, cursor: str | None, *, limit: int = 500) -> list[JobEvent]:
        """Return events of all jobs in commit order after `cursor`; none is ever skipped.

        With None: nothing, but see `last_cursor`.
        """

    def last_cursor(self) -> str:
        """Return the cursor of now: events committed later come after it."""

    def append_log(self, job_id: UUID, epoch: int, text: str, *, limit_bytes: int) -> bool:
        """Add to a job's log; False: fenced. Beyond the limit head and tail are kept."""

    def read_log(self, job_id: UUID, *, offset: int, limit: int) -> tuple[str, int] | None:
        """Return (text, next offset in bytes) from `offset`; None: no such job."""

    def remember(self, job_id: UUID, epoch: int, external: str) -> bool:
        """Note what lives outside; False: fenced."""

    def register(self, worker: WorkerRecord) -> None:
        """Add a worker process, or renew its row."""

    def set_draining(self, worker: UUID) -> None:
        """Note that a worker takes no new jobs."""

    def forget_worker(self, worker: UUID) -> None:
        """Remove a worker that ended and has no job."""

    def workers(self, node: str | None = None) -> list[WorkerRecord]:
        """List known worker processes, dead ones not yet reaped included."""

    def locks(
        self,
        node: str | None = None,
        *,
        paths: Sequence[str] | None = None,
        limit: int = 500,
    ) -> list[LockEntry]:
        """List what is held and waited for, path by path, holders first, then as they stand.

        Of all paths, or of some.
        """

    def unfinished(self, *, most: int) -> list[Unfinished]:
        """Count unfinished jobs by type and state, looking at no more than so many."""

    def queues(self) -> list[QueueLength]:
        """List every queue that has unfinished jobs or workers."""

    def retire(self, *, before: datetime, drop_before: datetime, batch: int = 1000) -> int:
        """Move ended jobs to the monthly history and drop old months; how many moved."""

    def ping(self) -> None:
        """Return when the store answers; StoreUnavailable otherwise."""


class Live(Protocol):
    """Redis: fast and forgetful. No verb raises when it is away; nothing depends on it."""

    def progress(self, job_id: UUID, subsystem: str, progress: Mapping[str, Any]) -> None:
        """Publish the latest progress of a job."""

    def poke(self, job_id: UUID) -> None:
        """Say that a job changed, so that readers look into the store at once."""

    def tell(self, event: str, data: Mapping[str, Any], *, node: str | None = None) -> None:
        """Publish an event that is not a job's state: `inventory.changed`, `job.log`.

        To all, or to those alone who listen for a node: `job.ended`.
        """

    def wish_cancel(self, job_id: UUID) -> None:
        """Wake the worker that runs this job, so that it sees the cancel at once."""

    def latest(self, job_id: UUID) -> dict[str, Any] | None:
        """Return the latest progress published, or None."""

    def add(self, node: str, counts: Mapping[str, float]) -> bool:
        """Add to a node's counts, by their fields; False: nothing was added, Redis is away."""

    def counts(self) -> Mapping[str, Mapping[str, float]]:
        """Return the counts of every node: node → field → how much; empty while Redis is away."""

    def cancel_wishes(self) -> AbstractContextManager["Wishes"]:
        """Listen for cancel wishes; the listener survives an outage."""

    def feed(self, node: str | None = None) -> AbstractContextManager["Feed"]:
        """Listen from now on to what is told to all, or to a node; survives an outage."""

    def ping(self) -> bool:
        """Tell whether Redis answers."""


class Feed(Protocol):
    """An open ear for published events, for one API process."""

    def next(self, timeout_s: float) -> list[tuple[str, dict[str, Any]]]:
        """Return what came: (event, data); event is `poke` or an event of the HTTP contract.

        Empty after the timeout, and at once, after a short pause, while Redis is away.
        """


class Wishes(Protocol):
    """An open ear for cancel wishes."""

    def next(self, timeout_s: float) -> UUID | None:
        """Return the next job somebody wants cancelled, or None after the timeout."""


class Hints(Protocol):
    """The doorbell of workers: lost, doubled and late rings do no harm."""

    def ring(self, queue: str, job_id: UUID, *, times: int = 1) -> bool:
        """Tell a queue's workers to look; False when the broker is away."""

    def pending(self, queue: str) -> int | None:
        """Return how many hints lie unread in a queue; None: unknown."""


class SecretStore(Protocol):
    """Secrets, encrypted; values leave it only for a running job."""

    def reveal(self, name: str) -> str:
        """Return a secret's value and note its use; NotFound."""


@dataclass(frozen=True)
class Ports:
    """Everything the engine talks to."""

    jobs: JobStore
    inventory: InventoryStore
    live: Live
    hints: Hints
    secrets: SecretStore
    schedules: ScheduleStore
    owners: Owners
    alerts: AlertStore
    channels: ChannelStore
    media: MediaStore
    backup: BackupStore
