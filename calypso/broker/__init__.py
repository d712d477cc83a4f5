"""The one place that knows Celery's producer side: a wake-up hint."""

from collections.abc import Callable
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


class CeleryHints:
    """Rings the doorbell from a thread of its own, so that no request ever waits for Redis."""

    def __init__(self, url: str, *, master: str, length: Callable[[str], int]) -> None:
        self._app = make_celery(url, master=master)
        self._length = length
        self._sending = Breaker(OperationalError, OSError)
        self._asking = Breaker(RedisError)
        self._todo: Queue[tuple[str, str]] = Queue(BACKLOG)
        self._thread: Thread | None = None
        self._starting = Lock()

    def ring(self, queue: str, job_id: UUID, *, times: int = 1) -> bool:
        """Tell a queue's workers to look, soon; False when too many rings wait already."""
        self._start()
        try:
            for _ in range(times):
                self._todo.put_nowait((queue, str(job_id)))
        except Full:
            return False
        return True

    def pending(self, queue: str) -> int | None:
        """Return how many hints lie unread in a queue; None: unknown."""
        return self._asking.call(lambda: self._count(queue), None)

    def _count(self, queue: str) -> int | None:
        return self._length(KEY_PREFIX + queue)

    def _start(self) -> None:
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._send_all, name="hints", daemon=True)
                self._thread.start()

    def _send_all(self) -> None:
        while True:
            hint = self._todo.get()
            self._sending.call(partial(self._send, *hint), None)

    def _send(self, queue: str, job_id: str) -> None:
        self._app.send_task(TASK, args=[job_id], queue=queue)
