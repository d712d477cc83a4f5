"""`python -m workers.scheduler`: schedules, every node's timers and hints, the history.

Any number may run. It buries nobody: that takes proof, which only a worker's own node has.
"""

import signal
import threading

import structlog

from calypso.config import load
from calypso.engine.fire import Firer
from calypso.engine.surviving import surviving
from calypso.engine.tend import TICK_S, Tender
from calypso.keeper import telling
from calypso.wiring import build, configure_logs
from workers.alerting import start_alerting

log = structlog.get_logger()


def main() -> None:
    """Fire and tend until SIGTERM or Ctrl-C."""
    settings = load()
    configure_logs(settings)
    house = build(settings, role="scheduler")
    firer = Firer(house.ports, house.types, history_days=settings.history_days)
    tender = Tender(
        house.ports,
        node=None,
        undertaker=None,
        hot_days=settings.hot_days,
        history_days=settings.history_days,
    )
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    start_alerting(house, ended)
    log.info("scheduler.ready")
    telling.ready()
    while not ended.is_set():
        telling.alive()
        with surviving("firer"):
            firer.tick()
        with surviving("tender"):
            tender.tick()
        ended.wait(TICK_S)


if __name__ == "__main__":
    main()
