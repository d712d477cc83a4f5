"""`python -m workers.control SUBSYSTEM`: seconds-long work, the inventory, and the tending.

A process of its own beside the pool, so that a plan or a fresh list never waits for a job.
"""

import sys
import threading
import time

import structlog

from calypso.config import load
from calypso.engine.tend import TICK_S, Tender
from calypso.wiring import configure_logs
from workers.bench import LocalUndertaker
from workers.celery_app import serve
from workers.observer import Observer
from workers.process import WorkerProcess

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
    )
    observer = Observer(settings, process.house, subsystem)
    for name, loop in (("tender", lambda: _tend(tender)), ("observer", observer.watch)):
        threading.Thread(target=loop, name=name, daemon=True).start()
    serve(settings, subsystem, control=True, slots=1, answer=process.answer)
    process.leave()


def _tend(tender: Tender) -> None:
    while True:
        tender.tick()
        time.sleep(TICK_S)


if __name__ == "__main__":
    main(sys.argv[1])
