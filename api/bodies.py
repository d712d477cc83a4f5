"""Takes a request's body in before anybody works on it: bounded in size and in time.

A slow or endless sender costs one small greenlet for some seconds, and holds nothing else.
"""

import time
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

import gevent  # type: ignore[import-untyped]  # it has no types

LIMIT_BYTES = 1 << 20
PATIENCE_S = 20.0
STALLED_S = 60.0  # a client that takes nothing of its answer for so long is gone
DRAIN_BYTES = 256 << 20  # what is too large is read away, so that its sender sees the answer
PIECE_BYTES = 65536
REFUSAL = "calypso.refusal"  # in the environ: 408 or 413
Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]


class Bodies:
    """A WSGI application that hands complete bodies on to another."""

    def __init__(
        self, app: Application, *, limit_bytes: int = LIMIT_BYTES, patience_s: float = PATIENCE_S
    ) -> None:
        self._app = app
        self._limit_bytes = limit_bytes
        self._patience_s = patience_s

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        sock = environ.get("gunicorn.socket")
        if sock is not None:
            sock.settimeout(STALLED_S)
        if _has_body(environ):
            self._take_in(environ)
        return self._app(environ, start_response)

    def _take_in(self, environ: Environ) -> None:
        body, refusal = b"", 0
        deadline = time.monotonic() + self._patience_s
        try:
            with gevent.Timeout(self._patience_s):
                body, refusal = self._read(environ["wsgi.input"], deadline)
        except (gevent.Timeout, TimeoutError):
            refusal = 408
        if refusal:
            environ[REFUSAL] = refusal
            body = b""
        environ["wsgi.input"] = BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)

    def _read(self, source: Any, deadline: float) -> tuple[bytes, int]:
        pieces, size = [], 0
        while piece := source.read(PIECE_BYTES):
            size += len(piece)
            if size <= self._limit_bytes:
                pieces.append(piece)
            else:
                pieces.clear()
            if size > DRAIN_BYTES or time.monotonic() > deadline:
                break
        return b"".join(pieces), 413 if size > self._limit_bytes else 0


def _has_body(environ: Environ) -> bool:
    length = environ.get("CONTENT_LENGTH") or "0"
    return length != "0" or "HTTP_TRANSFER_ENCODING" in environ
