"""Numbers for Prometheus, read from the store at each scrape."""

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from api.context import house, need
from calypso.engine.ports import Ports

blueprint = APIBlueprint("metrics", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="system")])

METRICS = {
    "description": "Prometheus text.",
    "content": {"text/plain": {"schema": {"type": "string"}}},
}


@blueprint.get("/metrics", responses={200: METRICS})
def show_metrics() -> Response:
    """Show numbers for Prometheus, which signs in with an API token of `metrics:read`."""
    need("metrics:read")
    return Response(measured(house().ports), content_type=CONTENT_TYPE_LATEST)


def measured(ports: Ports) -> bytes:
    """Return every number, as Prometheus reads it."""
    registry = CollectorRegistry()
    alerts = Gauge("calypso_alerts_active", "Active alerts.", ["level"], registry=registry)
    for level, count in ports.alerts.counts().items():
        alerts.labels(level=level.value).set(count)
    return generate_latest(registry)
