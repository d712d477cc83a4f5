"""Numbers for Prometheus, read from the store at most every few seconds."""

import threading
import time
from collections.abc import Callable, Iterable

from flask import Response, current_app
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from api.context import door, need
from api.measures import families

FRESH_S = 2.0  # whoever scrapes more often, or from several places, costs no more
blueprint = APIBlueprint("metrics", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="system")])

METRICS = {
    "description": "Prometheus text.",
    "content": {"text/plain": {"schema": {"type": "string"}}},
}


class Scrapes:
    """The text of the last scrape; several at once are one."""

    def __init__(
        self,
        measure: Callable[[], Iterable[Metric]],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._measure, self._clock = measure, clock
        self._lock = threading.Lock()
        self._text, self._until = b"", float("-inf")

    def text(self) -> bytes:
        """Return every number, as Prometheus reads it."""
        with self._lock:
            if self._clock() >= self._until:
                registry = CollectorRegistry()
                registry.register(_Once(list(self._measure())))
                self._text = generate_latest(registry)
                self._until = self._clock() + FRESH_S
            return self._text


class _Once(Collector):
    def __init__(self, measured: Iterable[Metric]) -> None:
        self._measured = measured

    def collect(self) -> Iterable[Metric]:
        return self._measured


@blueprint.get("/metrics", responses={200: METRICS})
def show_metrics() -> Response:
    """Show numbers for Prometheus, which signs in with an API token of `metrics:read`."""
    need("metrics:read")
    here = door()
    scrapes: Scrapes = current_app.extensions.setdefault(
        "scrapes", Scrapes(lambda: families(here.house.ports, here.hub.listeners))
    )
    return Response(scrapes.text(), content_type=CONTENT_TYPE_LATEST)
