"""`python -m workers.control SUBSYSTEM`: seconds-long work, the inventory, and the tending.

A process of its own beside the pool, so that a plan or a fresh list never waits for a job.
"""

import sys
import threading
import time

import structlog

from calypso.config import load
from calypso.engine.surviving import surviving
from calypso.engine.tend import TICK_S, Tender
from calypso.errors import StoreUnavailable
from calypso.wiring import configure_logs
from workers.alerting import start_alerting
from workers.bench import LocalUndertaker
from workers.celery_app import serve
from workers.observer import Observer
from workers.process import WorkerProcess
from workers.sentry import Sentry

log = structlog.get_logger()


def main(subsystem: str) -> None:
    """Serve until SIGTERM."""
    settings = load()
    configure_logs(settings)
    process = WorkerProcess(settings, subsystem, control=True)
    tender = Tender(
        process.house.ports,
        node=settings.node,
        undertaker=LocalUndertaker(),
        hot_days=settings.hot_days,
        history_days=settings.history_days,
        stands_in=True,
    )
    observer = Observer(settings, process.house, subsystem, on_ran=process.count_command)
    # Here too, since a scheduler that is down cannot say so.
    start_alerting(process.house, threading.Event(), stands_in=True)
    sentry = Sentry(settings, process.house, subsystem, on_ran=process.count_command)
    for name, loop in (
        ("tender", lambda: _tend(tender)),
        ("observer", observer.watch),
        ("sentry", sentry.watch),
    ):
        threading.Thread(target=loop, name=name, daemon=True).start()
    serve(settings, subsystem, control=True, slots=1, answer=process.answer)
    _last_look(tender)
    process.leave()


def _tend(tender: Tender) -> None:
    while True:
        with surviving("tender"):
            tender.tick()
        time.sleep(TICK_S)


def _last_look(tender: Tender) -> None:
    """Hand back what the pool left, should it have been ended in a hurry just before us."""
    try:
        tender.reap()
    except StoreUnavailable as away:
        log.warning("reap.failed", error=away.detail)


if __name__ == "__main__":
    main(sys.argv[1])
