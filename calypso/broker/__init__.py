"""The one place that knows Celery's producer side: a wake-up hint."""

import atexit
import os
import time
import weakref
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from queue import Full, Queue
from threading import Lock, Thread
from uuid import UUID

from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from calypso.models.breaker import Breaker

TASK = "calypso.run"
KEY_PREFIX = "calypso:"
BACKLOG = 10_000  # hints not yet sent; beyond that the sweeper makes them again
ENOUGH = 64  # unread hints in a queue, as many as there may be slots; more tell nobody anything
LOOK_S = 0.01
FLUSH_S = 1.5  # a process that ends waits so long for its last hints to leave


def make_celery(url: str, *, master: str = "mymaster", patient: bool = False) -> Celery:
    """Return the Celery application, configured for hints: early ack, no results, no prefetch.

    `patient` is for workers, which may wait for Redis; a producer gives up after a second.
    """
    app = Celery("calypso", broker=url, set_as_current=False)
    app.conf.update(
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        result_backend=None,
        task_acks_late=False,
        worker_disable_prefetch=True,
        worker_prefetch_multiplier=1,
        task_publish_retry=False,
        task_create_missing_queues=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "visibility_timeout": 300,
            "global_keyprefix": KEY_PREFIX,
            "master_name": master,
            **(
                {"socket_timeout": 30, "socket_connect_timeout": 5}
                if patient
                else {"socket_timeout": 1, "socket_connect_timeout": 1, "max_retries": 0}
            ),
        },
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_max_tasks_per_child=200,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_proc_alive_timeout=60,
    )
    return app


@dataclass
class _Line:
    """What this process knows of the hints that lie unread in a queue."""

    room: int = 0  # so many more may be sent before the next look
    full_at: float = float("-inf")  # a look at this instant found enough of them


class CeleryHints:
    """Rings the doorbell from a thread of its own, so that no request ever waits for Redis.

    Safe with forks and greenlets; what waits at the end of the process is sent first.
    """

    def __init__(self, url: str, *, master: str, length: Callable[[str], int]) -> None:
        self._app = make_celery(url, master=master)
        self._length = length
        self._sending = Breaker(OperationalError, RedisError, OSError)
        self._asking = Breaker(RedisError)
        self._begin_anew()
        _outlive(self)

    def ring(self, queue: str, job_id: UUID, *, times: int = 1) -> bool:
        """Tell a queue's workers to look, soon; False when too many rings wait already.

        Ring after the job is committed: a hint is dropped when enough lie unread already, since
        whoever reads them looks later than this.
        """
        self._start()
        try:
            for _ in range(times):
                self._todo.put_nowait((queue, str(job_id), time.monotonic()))
        except Full:
            return False
        return True

    def pending(self, queue: str) -> int | None:
        """Return how many hints lie unread in a queue; None: unknown."""
        return self._asking.call(lambda: self._count(queue), None)

    def flush(self, limit_s: float = FLUSH_S) -> None:
        """Return when all hints have left, or after the limit."""
        deadline = time.monotonic() + limit_s
        while self._todo.unfinished_tasks and time.monotonic() < deadline:
            time.sleep(LOOK_S)

    def _begin_anew(self) -> None:
        self._todo: Queue[tuple[str, str, float]] = Queue(BACKLOG)
        self._lines: dict[str, _Line] = defaultdict(_Line)
        self._thread: Thread | None = None
        self._starting = Lock()

    def _count(self, queue: str) -> int | None:
        return self._length(KEY_PREFIX + queue)

    def _start(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            return
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._send_all, name="hints", daemon=True)
                self._thread.start()

    def _send_all(self) -> None:
        while True:
            hint = self._todo.get()
            try:
                self._sending.call(partial(self._send_unless_enough, *hint), None)
            finally:
                self._todo.task_done()

    def _send_unless_enough(self, queue: str, job_id: str, rung_at: float) -> None:
        """Send a hint unless enough lie there; the length is asked for once in many hints."""
        line = self._lines[queue]
        if rung_at <= line.full_at:
            return
        if line.room <= 0:
            looked_at = time.monotonic()
            line.room = ENOUGH - self._length(KEY_PREFIX + queue)
            if line.room <= 0:
                line.full_at = looked_at
                return
        self._app.send_task(TASK, args=[job_id], queue=queue)
        line.room -= 1


def _outlive(hints: CeleryHints) -> None:
    """Begin anew in a forked child, whose parent may have held a lock; send the rest at the end."""
    kept = weakref.ref(hints)

    def begin_anew() -> None:
        if (mine := kept()) is not None:
            mine._begin_anew()  # noqa: SLF001 - this is its own file

    def flush() -> None:
        if (mine := kept()) is not None:
            mine.flush()

    os.register_at_fork(after_in_child=begin_anew)
    atexit.register(flush)
