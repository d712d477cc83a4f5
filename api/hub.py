"""One ear for the whole process: events come in once and go out to everybody who listens.

State changes come from PostgreSQL, in the order of commits; Redis only says when to look and
carries what may be lost: progress, log and inventory notes. Plain threads and queues here; the
server turns them into greenlets.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Container, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import structlog

from api.conflating import Conflator
from api.facts import Facts
from api.listening import Note, Subscription
from calypso.engine.ports import Ports
from calypso.errors import StoreUnavailable, Unavailable
from calypso.models.job import JobEvent

log = structlog.get_logger()
LOOK_EVERY_S = 1.0
FEED_WAIT_S = 5.0
AWAY_PAUSE_S = 1.0
BATCH = 500
MOST_LISTENERS = 3000
PASSED_ON = frozenset({"job.progress", "job.log", "inventory.changed", "alert"})
STATES = {"started": "running", "cancel_requested": "running"}  # the other events name the state


class Hub:
    """Listens once, tells many, of the jobs of `offered` types on whatever queue.

    Starts by itself at the first listener.
    """

    def __init__(self, ports: Ports, offered: Container[str] = ()) -> None:
        self._ports = ports
        self._lock = threading.Lock()
        self._subscriptions: set[Subscription] = set()
        self._bells: dict[UUID, set[threading.Event]] = defaultdict(set)
        self._facts = Facts(ports.jobs.get, offered)
        self._progress = Conflator()
        self._look = threading.Event()
        self._cursor: str | None = None
        self._running = False
        self.stopped = False

    # ---- for those who listen

    def subscribe(self, subscription: Subscription) -> None:
        """Hand everything the subscription wants to it from now on; Unavailable when full."""
        with self._lock:
            if self.stopped or len(self._subscriptions) >= MOST_LISTENERS:
                raise Unavailable("Too many event streams are open. Try again in a moment.")
            self._listen_from_now()
            self._subscriptions.add(subscription)
        self._start()
        self._look.set()

    def unsubscribe(self, subscription: Subscription) -> None:
        """Stop handing anything to it."""
        with self._lock:
            self._subscriptions.discard(subscription)

    @property
    def listeners(self) -> int:
        """How many streams are open."""
        return len(self._subscriptions)

    @contextmanager
    def bell(self, job_id: UUID) -> Iterator[threading.Event]:
        """Lend an event that is set whenever something happens to this job."""
        rung = threading.Event()
        with self._lock:
            self._listen_from_now()
            self._bells[job_id].add(rung)
        self._start()
        self._look.set()
        try:
            yield rung
        finally:
            with self._lock:
                self._bells[job_id].discard(rung)
                if not self._bells[job_id]:
                    del self._bells[job_id]

    def stop(self) -> None:
        """Let everybody go: streams end, long polls answer."""
        self.stopped = True
        with self._lock:
            subscriptions = list(self._subscriptions)
            bells = [bell for many in self._bells.values() for bell in many]
        for subscription in subscriptions:
            subscription.close()
        for bell in bells:
            bell.set()
        self._look.set()

    def note_of(self, event: JobEvent) -> Note | None:
        """Return a state change as it goes out; None when it is nothing for listeners."""
        facts = self._facts.of(event.job_id)
        if facts is None:
            return None
        told = event.data or {}
        return Note(
            event="job.state",
            cursor=event.cursor,
            job_id=event.job_id,
            subsystem=facts.subsystem,
            control=facts.control,
            data={
                "id": str(event.job_id),
                "type": facts.type,
                "state": STATES.get(event.type) or told.get("state") or event.type,
                "title": facts.title,
                "node": facts.node,
                "subsystem": facts.subsystem,
                "event": event.type,
                "at": event.at.isoformat().replace("+00:00", "Z"),
            },
        )

    # ---- the two ears

    def _listen_from_now(self) -> None:
        """Fix where the next look starts, under the lock, before anybody counts on it.

        Later would be too late: what is committed between a listener's own reading and our first
        look would be told to nobody.
        """
        if self._cursor is None:
            self._cursor = self._ports.jobs.last_cursor()

    def _start(self) -> None:
        with self._lock:
            if self._running:
                return
            self._running = True
        for ear in (self._watch_store, self._hear_feed):
            threading.Thread(target=ear, name=ear.__name__, daemon=True).start()

    def _watch_store(self) -> None:
        while not self.stopped:
            self._look.wait(LOOK_EVERY_S)
            self._look.clear()
            try:
                while self.look() == BATCH:
                    pass
            except StoreUnavailable as away:
                log.warning("hub.store_away", error=away.detail)
                time.sleep(AWAY_PAUSE_S)
            except Exception:  # whatever it is, listeners must not be left deaf
                log.exception("hub.look_failed")
                time.sleep(AWAY_PAUSE_S)

    def look(self) -> int:
        """Tell what was committed since the last look; return how many events there were."""
        with self._lock:
            if not self._subscriptions and not self._bells:
                self._cursor = None
                return 0
        events = self._ports.jobs.events_since(self._cursor, limit=BATCH)
        for event in events:
            if event.type not in STATES and event.type != "submitted":
                self._progress.forget(event.job_id)
            self._ring(event.job_id)
            if self._subscriptions and (note := self.note_of(event)) is not None:
                self._tell(note)
            self._cursor = event.cursor
        return len(events)

    def _hear_feed(self) -> None:
        while not self.stopped:
            try:
                with self._ports.live.feed() as feed:
                    while not self.stopped:
                        wait_s = self._progress.due_in_s(FEED_WAIT_S)
                        for event, data in feed.next(wait_s):
                            self._heard(event, data)
                        for data in self._progress.due():
                            self._pass_on("job.progress", data)
            except Exception:  # one odd message must not end the listening
                log.exception("hub.feed_failed")
                time.sleep(AWAY_PAUSE_S)

    def _heard(self, event: str, data: dict[str, Any]) -> None:
        if event == "poke":
            self._look.set()
        elif event == "job.progress":
            if self._progress.offer(UUID(str(data["id"])), data):
                self._pass_on(event, data)
        elif event in PASSED_ON:
            self._pass_on(event, data)

    def _pass_on(self, event: str, data: dict[str, Any]) -> None:
        job_id = UUID(str(data["id"])) if "id" in data and event != "alert" else None
        if job_id is not None and event != "job.log":
            self._ring(job_id)
        if not self._subscriptions:
            return
        try:
            facts = self._facts.of(job_id) if job_id else None
        except StoreUnavailable:
            facts = None
        subsystem = facts.subsystem if facts else data.get("subsystem") or _area(data)
        control = facts is not None and facts.control
        self._tell(Note(event, data, job_id=job_id, subsystem=subsystem, control=control))

    # ---- telling

    def _tell(self, note: Note) -> None:
        with self._lock:
            subscriptions = list(self._subscriptions)
        for subscription in subscriptions:
            subscription.offer(note)

    def _ring(self, job_id: UUID) -> None:
        with self._lock:
            bells = list(self._bells.get(job_id, ()))
        for bell in bells:
            bell.set()


def _area(data: dict[str, Any]) -> str:
    """Return the subsystem a table belongs to: `storage` of `storage/pools`."""
    return str(data.get("table", "")).partition("/")[0]
