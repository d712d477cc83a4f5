"""Celery as a process pool: one constant task, and a worker that serves one queue."""

from collections.abc import Callable

from celery import Celery
from kombu import Queue

from calypso.broker import TASK, make_celery
from calypso.config import Settings
from calypso.models.jobtype import queue_name


def serve(
    settings: Settings, subsystem: str, *, control: bool, slots: int, answer: Callable[[], None]
) -> None:
    """Serve a queue until SIGTERM, then let what runs finish and return.

    `answer` is called in the process that runs the task: a pool child, or for control work this
    very process (solo pool).
    """
    queue = queue_name(subsystem, settings.node, control=control)
    app = make_celery(
        settings.redis_url.get_secret_value(), master=settings.redis_master, patient=True
    )
    app.conf.task_queues = [Queue(queue, routing_key=queue)]
    app.conf.task_default_queue = queue
    _register(app, answer)
    app.Worker(
        hostname=queue,
        pool="solo" if control else "prefork",
        concurrency=slots,
        queues=[queue],
        loglevel=settings.log_level.upper(),
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    ).start()


def _register(app: Celery, answer: Callable[[], None]) -> None:
    @app.task(name=TASK, ignore_result=True)
    def run(_hint: str) -> None:
        answer()
