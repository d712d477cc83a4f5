"""How the system itself is: its process, its servers, its workers, its documentation."""

from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any
from uuid import UUID

from flask import Response, abort, current_app
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag
from pydantic import BaseModel

import calypso
from api.context import answer, house, listed, need
from api.readiness import Readiness
from calypso.models.clock import now

DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
DOCS = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Calypso API</title>
<link rel="stylesheet" href="docs/swagger-ui.css"></head>
<body><div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script><script src="docs/start.js"></script></body></html>
"""
START = """SwaggerUIBundle({url: "openapi.json", dom_id: "#swagger-ui", deepLinking: true,
  validatorUrl: null});
"""
ASSETS = {
    "swagger-ui.css": ("css", "text/css"),
    "swagger-ui-bundle.js": ("js", "text/javascript"),
}
AWAY_RETRY_S = "5"

blueprint = APIBlueprint("system", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="system")])


class Health(BaseModel):
    """The process answers."""

    status: str


class Version(BaseModel):
    """Which release this is."""

    version: str
    api: str


class PartPath(BaseModel):
    """Which part of the page."""

    name: str


class WorkerInfo(BaseModel):
    """One worker process."""

    id: UUID
    node: str
    subsystem: str
    queues: list[str]
    pid: int
    version: str
    slots: int
    draining: bool
    seen_at: datetime | None
    alive: bool
    running_job: UUID | None


class Workers(BaseModel):
    """Every worker process."""

    items: list[WorkerInfo]
    next_cursor: str | None


@blueprint.get("/healthz", responses={200: Health})
def show_health() -> Any:
    """Say that this process answers; nothing else is asked."""
    return {"status": "ok"}


@blueprint.get("/readyz", responses={200: Readiness, 503: Readiness})
def show_readiness() -> Any:
    """Say whether requests can be served, and which part is ill since when.

    Without Redis they can, only slower.
    """
    told = current_app.extensions["watch"].look()
    if told.status == "unavailable":
        return answer(told, 503, {"Retry-After": AWAY_RETRY_S})
    return answer(told)


@blueprint.get("/version", responses={200: Version})
def show_version() -> Any:
    """Say which release this is."""
    return {"version": calypso.__version__, "api": "v1"}


@blueprint.get("/workers", responses={200: Workers})
def list_workers() -> Any:
    """List the worker processes and what each runs."""
    need("jobs:read")
    alive_after = now() - timedelta(seconds=house().settings.lease_s)
    return listed([
        WorkerInfo(
            id=one.id, node=one.node, subsystem=one.subsystem, queues=list(one.queues),
            pid=one.pid, version=one.version, slots=one.slots, draining=one.draining,
            seen_at=one.seen_at, alive=one.seen_at is not None and one.seen_at > alive_after,
            running_job=one.running_job,
        )
        for one in house().ports.jobs.workers()
    ])  # fmt: skip


@blueprint.get("/openapi.json", doc_ui=False)
def show_openapi() -> Any:
    """Show the description of this API."""
    return current_app.extensions["openapi_document"]()


@blueprint.get("/docs", doc_ui=False)
def show_docs() -> Any:
    """Show the description as a page."""
    return Response(DOCS, mimetype="text/html", headers=_for_docs())


@blueprint.get("/docs/<name>", doc_ui=False)
def show_docs_part(path: PartPath) -> Any:
    """Show a part of that page; all parts come from here."""
    if path.name == "start.js":
        return Response(START, mimetype="text/javascript", headers=_for_docs())
    if path.name not in ASSETS:
        abort(404)
    folder, kind = ASSETS[path.name]
    part = files("flask_openapi_swagger") / "templates" / "swagger" / folder / path.name
    return Response(part.read_bytes(), mimetype=kind, headers=_for_docs())


def _for_docs() -> dict[str, str]:
    return {"Content-Security-Policy": DOCS_POLICY}
