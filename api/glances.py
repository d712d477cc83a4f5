"""GET /jobs/{id} as programs ask it again and again: answered in front of Flask, many at once.

What is out of the ordinary in any way is left to the application behind, which is the one place
where requests are refused and errors are worded; what is answered here is what it would answer.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from werkzeug.http import parse_etags

from api.answering import HEADERS, note
from api.context import Door
from api.freshness import etag_of
from api.identity import Verified, look_of
from api.together import Together
from calypso.engine.access import may_read
from calypso.errors import CalypsoError
from calypso.models import tracing
from calypso.models.account import User
from calypso.models.job import Job
from calypso.models.sight import Look

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]
Asked = tuple[str, str]  # header, path
Found = tuple[User, Job]
FAILURE = "calypso.failure"  # in the environ: what went wrong in here
PLACE = "/api/v1/jobs/"
CARRIED = list(HEADERS.items())


class Glances:
    """A WSGI application that answers what it can and hands the rest on to another."""

    def __init__(self, app: Application, here: Door, verified: Verified) -> None:
        self._app, self._here, self._verified = app, here, verified
        self._together: Together[Asked, Found | None] = Together(self._find)

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        if not self._is_ordinary(environ):
            return self._app(environ, start_response)
        began, path = time.perf_counter(), environ["PATH_INFO"]
        try:
            found = self._together.ask((environ["HTTP_AUTHORIZATION"], path))
        except CalypsoError as failed:
            environ[FAILURE], found = failed, None
        if found is None:
            return self._app(environ, start_response)
        user, job = found
        trace = tracing.begun(environ.get("HTTP_TRACEPARENT"), environ.get("HTTP_X_REQUEST_ID"))
        status, headers, body = _answer(job, environ.get("HTTP_IF_NONE_MATCH"))
        start_response(status, [*headers, *CARRIED, ("X-Trace-Id", trace.trace_id),
                                ("X-Request-Id", trace.request_id)])  # fmt: skip
        note(
            method="GET", path=path, status=int(status[:3]), began=began, user=user.name,
            trace_id=trace.trace_id,
        )  # fmt: skip
        return [body]

    def _is_ordinary(self, environ: Environ) -> bool:
        """Tell whether it asks for a job and nothing else, with a header that was good before."""
        return (
            environ["PATH_INFO"].startswith(PLACE)
            and environ["REQUEST_METHOD"] == "GET"
            and not environ.get("QUERY_STRING")
            and (environ.get("CONTENT_LENGTH") or "0") == "0"
            and "HTTP_COOKIE" not in environ
            and environ.get("HTTP_AUTHORIZATION") in self._verified
        )

    def _find(self, asked: Sequence[Asked]) -> list[Found | None]:
        """Return for each who asks and the job they may see; None for the application behind."""
        looks = {one: look for one in asked if (look := self._look(*one)) is not None}
        found = self._here.house.accounts.look(list(looks.values())) if looks else []
        seen = dict(zip(looks, found, strict=True))
        told = self._here.jobs.tell_many({
            job_id: seen[one].stamp
            for one, look in looks.items()
            if (job_id := look.job_id) is not None and seen[one].user is not None
        })  # fmt: skip
        jobs = {one: told[look.job_id] for one, look in looks.items() if look.job_id in told}
        return [_shown(seen[one].user, jobs[one]) if one in jobs else None for one in asked]

    def _look(self, header: str, path: str) -> Look | None:
        claims = self._verified.get(header)
        if claims is None or claims["exp"] <= time.time():
            return None
        try:
            job_id = UUID(path[len(PLACE) :])
        except ValueError:
            return None
        return look_of(claims, job_id) if path == f"{PLACE}{job_id}" else None


def _shown(user: User | None, job: Job) -> Found | None:
    if user is None or not may_read(user.actor(), job.subsystem):
        return None
    return user, job


def _answer(job: Job, known: str | None) -> tuple[str, list[tuple[str, str]], bytes]:
    etag = etag_of(job)
    if known is not None and (known == etag or parse_etags(known).contains_weak(job.version)):
        return "304 NOT MODIFIED", [("ETag", etag)], b""
    body = job.text.encode()
    return "200 OK", [
        ("ETag", etag), ("Content-Type", "application/json"), ("Content-Length", str(len(body))),
    ], body  # fmt: skip
