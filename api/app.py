"""The application: a house in, something a WSGI server can call out."""

import logging
import re
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, cast

from flask import Flask, Response, g, request
from flask_openapi.models.info import Info
from flask_openapi.openapi import OpenAPI
from werkzeug.exceptions import abort
from werkzeug.routing import Rule

import calypso
from api import (
    accounts,
    alert_channels,
    alerts,
    auth,
    backup_config,
    describing,
    events,
    identity,
    inventory,
    jobs,
    lines,
    metrics,
    nodes,
    pages,
    problems,
    readiness,
    remedies,
    retention,
    samples,
    schedules,
    secrets,
    subsystems,
    system,
    tape,
)
from api.answering import HEADERS, note
from api.bodies import REFUSAL, Bodies
from api.context import KEY, open_door
from api.describing import Document
from api.forwarded import Forwarded
from api.glances import FAILURE, Glances
from api.strict import StrictRequest, text_fault
from calypso.errors import FieldError, Invalid
from calypso.models import tracing
from calypso.wiring import House

BLUEPRINTS = (
    auth, jobs, remedies, lines, schedules, retention, inventory, samples, events, alerts,
    alert_channels, accounts, secrets, subsystems, nodes, metrics, system, tape,
    backup_config,
)  # fmt: skip
SECURITY = {"bearer": {"type": "http", "scheme": "bearer", "description": "JWT or API token"}}
logging.getLogger("flask_openapi").setLevel(logging.WARNING)


class Application(OpenAPI):
    """Flask, reading JSON strictly."""

    request_class = StrictRequest


def create_app(house: House) -> Flask:
    """Return the application; it opens no connection before the first request."""
    app = Application(
        "api",
        info=Info(title="Calypso", version=calypso.__version__),
        security_schemes=cast("Any", SECURITY),
        validation_error_status=422,
        validation_error_model=problems.ProblemDetails,
        validation_error_callback=problems.on_validation,
        doc_ui=False,
        static_folder=None,
    )
    app.openapi_version = "3.1.0"
    app.json.sort_keys = False  # type: ignore[attr-defined]  # as the contract orders them
    here = app.extensions[KEY] = open_door(house)
    app.extensions["watch"] = readiness.Watch(house)
    app.url_map.strict_slashes = False
    identity.install(app, house.settings)
    problems.install(app)
    for part in BLUEPRINTS:
        app.register_api(part.blueprint)
    pages.install(app)
    document = describing.once(app, house)
    app.extensions["openapi_document"] = document
    app.before_request(_begin)
    app.before_request(_refuse_what_failed)
    app.before_request(identity.identify)
    app.before_request(_check_media)
    app.before_request(_Undeclared(document).refuse)
    app.after_request(_finish)
    app.teardown_request(_end)
    glances = Glances(app.wsgi_app, here, app.extensions["verified_headers"])
    inner = pages.with_files(Bodies(glances))
    app.wsgi_app = Forwarded(inner, house.settings.proxies)  # type: ignore[method-assign]  # Flask's own way to wrap it
    return app


def _begin() -> None:
    g.began = time.perf_counter()
    begun = tracing.begun(request.headers.get("traceparent"), request.headers.get("X-Request-Id"))
    g.tracing = ExitStack()
    g.tracing.enter_context(tracing.within(begun))
    name = f"{request.method} {declared_path(request.url_rule) if request.url_rule else 'unknown'}"
    g.note = g.tracing.enter_context(tracing.span(name))
    g.trace = tracing.here() or begun
    g.trace_id = g.trace.trace_id


def _refuse_what_failed() -> None:
    if (failed := request.environ.get(FAILURE)) is not None:
        raise failed
    if (status := request.environ.get(REFUSAL)) is not None:
        abort(status, "At most 1 MiB." if status == 413 else "The body came too slowly.")  # noqa: PLR2004 - by its number


def _check_media() -> None:
    """Refuse a body that is not JSON, before anybody calls its fields missing."""
    if request.endpoint is None or not request.content_length:
        return
    if request.mimetype != "application/json":
        abort(415, "Send the body as application/json.")
    request.get_json()


class _Undeclared:
    """Refuses query parameters, and bodies, where an operation declares none."""

    def __init__(self, document: Callable[[], Document]) -> None:
        self._document = document
        self._queries: set[tuple[str, str]] = set()
        self._bodies: set[tuple[str, str]] = set()

    def refuse(self) -> None:
        """Raise Invalid for what nobody would read."""
        _refuse_odd_text()
        if request.url_rule is None or request.blueprint == pages.blueprint.name:
            return
        self._learn()
        place = (declared_path(request.url_rule), request.method)
        unread: list[str] = [] if place in self._queries else list(request.args)
        if place not in self._bodies and request.content_length:
            unread += list(request.get_json())
        if unread:
            raise Invalid(
                "Some fields are unknown here.",
                [FieldError(f"/{name[:100]}", "extra_forbidden", "unknown") for name in unread],
            )

    def _learn(self) -> None:
        if self._bodies:
            return
        for path, item in self._document()["paths"].items():
            for method, operation in item.items():
                if any(one["in"] == "query" for one in operation.get("parameters", ())):
                    self._queries.add((path, method.upper()))
                if "requestBody" in operation:
                    self._bodies.add((path, method.upper()))


def _refuse_odd_text() -> None:
    for name, value in request.args.items(multi=True):
        if fault := text_fault(name) or text_fault(value):
            raise Invalid("The query cannot be read.", [FieldError("", "text", fault)])


def declared_path(rule: Rule) -> str:
    """Return a route as OpenAPI writes it: `/jobs/{job_id}` for `/jobs/<uuid:job_id>`."""
    return re.sub(r"<(?:[^<>:]+:)?([^<>]+)>", r"{\1}", rule.rule)


def _finish(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["X-Trace-Id"] = problems.trace_id()
    if "trace" in g:
        response.headers["X-Request-Id"] = g.trace.request_id
        g.note("http.response.status_code", str(response.status_code))
    note(
        method=request.method,
        path=request.path,
        status=response.status_code,
        began=g.get("began", time.perf_counter()),
        user=getattr(g.get("user"), "name", None),
        trace_id=problems.trace_id(),
    )
    return response


def _end(_failed: BaseException | None) -> None:
    if (opened := g.pop("tracing", None)) is not None:
        opened.close()
