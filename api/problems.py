"""Every error as RFC 9457 says: which status, in what words, and nothing about our insides."""

import json
import secrets
from collections.abc import Sequence
from typing import Any, NoReturn

import structlog
from flask import Flask, Response, g, has_request_context, request
from pydantic import BaseModel, Field, ValidationError
from werkzeug.exceptions import HTTPException

from calypso.errors import (
    CalypsoError,
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    PlanRequired,
    PreconditionFailed,
    TooManyAttempts,
    Unauthenticated,
    Unavailable,
    Unreadable,
)
from calypso.models.complaints import complaint

log = structlog.get_logger()
MEDIA_TYPE = "application/problem+json"
# The first match counts, so a branch stands after its twigs.
STATUSES: Sequence[tuple[type[CalypsoError], int]] = (
    (Unreadable, 400),
    (Unauthenticated, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (PreconditionFailed, 412),
    (Conflict, 409),
    (Invalid, 422),
    (PlanRequired, 428),
    (TooManyAttempts, 429),
    (Unavailable, 503),
)
CODES = {
    400: ("unreadable", "Unreadable request"),
    404: ("not_found", "Not found"),
    405: ("method_not_allowed", "Method not allowed"),
    408: ("too_slow", "Request took too long"),
    413: ("too_large", "Request too large"),
    414: ("too_large", "Address too long"),
    415: ("unsupported_media_type", "Not JSON"),
    431: ("too_large", "Headers too large"),
}
OURS = ("internal", "Something went wrong")


class ProblemError(BaseModel):
    """What is wrong with one field."""

    pointer: str = Field(description="JSON pointer into the request.")
    code: str
    message: str


class ProblemDetails(BaseModel):
    """An error, as RFC 9457 says."""

    type: str = Field(examples=["/problems/invalid"])
    title: str
    status: int
    detail: str = Field(description="Who, what, and the way out.")
    code: str = Field(description="Never changes; tell errors apart by it.")
    instance: str
    errors: list[ProblemError] | None = None
    holder_job: str | None = Field(default=None, description="The job in the way.")
    trace_id: str = Field(description="Stands in the server's log, too.")


def install(app: Flask) -> None:
    """Answer every error of an application as a problem."""
    app.register_error_handler(CalypsoError, of_error)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _of_surprise)


def of_error(error: CalypsoError) -> Response:
    """Return the answer to an error raised on purpose."""
    status = next((status for kind, status in STATUSES if isinstance(error, kind)), 500)
    if status >= 500:  # noqa: PLR2004 - our fault, by HTTP's own numbering
        log.warning("http.failed", error=error.code, detail=error.detail)
    detail = error.detail if status != 500 else _told_in_log()  # noqa: PLR2004 - likewise
    if isinstance(error, Unavailable):
        detail = error.detail if error.code != "store_unavailable" else _STORE_AWAY
    found = problem(status, error.code, error.title, detail, errors=getattr(error, "errors", ()))
    return _with_extras(found, error)


def problem(
    status: int,
    code: str,
    title: str,
    detail: str,
    *,
    errors: Sequence[FieldError] = (),
    holder_job: str | None = None,
) -> Response:
    """Return a problem's answer."""
    told = document(status, code, title, detail)
    if errors:
        told["errors"] = [
            {"pointer": one.pointer, "code": one.code, "message": one.message} for one in errors
        ]
    if holder_job:
        told["holder_job"] = holder_job
    return Response(json.dumps(told), status=status, content_type=MEDIA_TYPE)


def document(status: int, code: str, title: str, detail: str) -> dict[str, Any]:
    """Return the parts every problem has."""
    return {
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "instance": request.path if has_request_context() else "",
        "trace_id": trace_id(),
    }


def trace_id() -> str:
    """Return the id that ties this request's answers to its log lines."""
    if not has_request_context():
        return secrets.token_hex(16)
    if "trace_id" not in g:
        g.trace_id = secrets.token_hex(16)
    return str(g.trace_id)


def on_validation(wrong: ValidationError) -> NoReturn:
    """Raise Invalid in place of what pydantic found in a body, query or path."""
    raise Invalid("Some fields are wrong; see errors.", field_errors(wrong)) from wrong


def field_errors(wrong: ValidationError) -> list[FieldError]:
    """Return pydantic's complaints by JSON pointer, without the values that were sent."""
    return [
        FieldError(
            "".join(f"/{_escaped(part)}" for part in one["loc"]),
            one["type"],
            complaint(one),
        )
        for one in wrong.errors(include_url=False, include_context=False, include_input=False)
    ]


_STORE_AWAY = "The database cannot be reached just now; nothing is lost. Try again in a moment."


def _escaped(part: object) -> str:
    return str(part)[:200].replace("~", "~0").replace("/", "~1")  # RFC 6901


def _with_extras(found: Response, error: CalypsoError) -> Response:
    holder = getattr(error, "holder_job", None)
    if holder:
        told = json.loads(found.get_data())
        found.set_data(json.dumps({**told, "holder_job": holder}))
    if (wait_s := getattr(error, "retry_after_s", None)) is not None:
        found.headers["Retry-After"] = str(wait_s)
    if isinstance(error, Unauthenticated):
        found.headers["WWW-Authenticate"] = 'Bearer realm="calypso"'
    return found


def _of_http(error: HTTPException) -> Response:
    status = error.code or 500
    if error.response is not None:
        return Response(error.response.get_data(), status, mimetype=MEDIA_TYPE)  # type: ignore[attr-defined]  # ours are Flask's own
    code, title = CODES.get(status, (f"http_{status}", error.name))
    found = problem(status, code, title, _detail(status, error))
    if allowed := getattr(error, "valid_methods", None):
        found.headers["Allow"] = ", ".join(sorted(allowed))
    return found


def _detail(status: int, error: HTTPException) -> str:
    if status == 404:  # noqa: PLR2004 - "not found" by its number
        return f"There is nothing at {request.path[:200]}. GET /api/v1/openapi.json lists all."
    if status == 405:  # noqa: PLR2004 - "method not allowed" by its number
        return f"{request.method} is not possible here; see the Allow header."
    return error.description or error.name


def _of_surprise(error: Exception) -> Response:
    log.error("http.surprise", path=request.path, exc_info=error)
    return problem(500, *OURS, _told_in_log())


def _told_in_log() -> str:
    return f"This is our fault. The server's log has the reason under trace_id {trace_id()}."
