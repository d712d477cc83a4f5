"""`python -m workers.jobs SUBSYSTEM`: the pool that runs a subsystem's jobs, one per slot."""

import logging
import os
import sys

from celery import signals

from calypso.config import Settings, load
from calypso.wiring import configure_logs
from workers.celery_app import serve
from workers.draining import Draining
from workers.process import WorkerProcess

_process: WorkerProcess | None = None  # of this pool child; set after its fork


def main(subsystem: str) -> None:
    """Serve until SIGTERM; then finish what runs and end."""
    settings = load()
    configure_logs(settings)
    draining = Draining()
    _connect_children(settings, subsystem, draining)

    def drain(**_: object) -> None:
        draining.begin()

    signals.worker_shutting_down.connect(drain, weak=False)
    serve(settings, subsystem, control=False, slots=settings.slots(subsystem), answer=_answer)


def _connect_children(settings: Settings, subsystem: str, draining: Draining) -> None:
    """Have each pool child make its own connections and threads: neither survives a fork."""

    def begin(**_: object) -> None:
        global _process  # noqa: PLW0603 - Celery gives a task no other place for it
        try:
            _process = WorkerProcess(settings, subsystem, control=False, draining=draining)
        finally:
            if _process is None:
                # Celery would keep a child that takes hints and answers none; end it instead.
                logging.getLogger(__name__).critical("this pool child cannot work")
                os._exit(os.EX_UNAVAILABLE)

    def end(**_: object) -> None:
        if _process is not None:
            _process.leave()

    signals.worker_process_init.connect(begin, weak=False)
    signals.worker_process_shutdown.connect(end, weak=False)


def _answer() -> None:
    if _process is not None:
        _process.answer()


if __name__ == "__main__":
    main(sys.argv[1])
