"""What every answer carries, and what is noted of it."""

import time

import structlog

log = structlog.get_logger()
SLOW_MS = 1000
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


def note(
    *, method: str, path: str, status: int, began: float, user: str | None, trace_id: str
) -> None:
    """Write an answer to the log: quietly, unless it is a refusal or was slow."""
    taken_ms = (time.perf_counter() - began) * 1000
    level = log.info if status >= 400 or taken_ms > SLOW_MS else log.debug  # noqa: PLR2004 - errors, by number
    level(
        "http.answered",
        method=method,
        path=path,
        status=status,
        ms=round(taken_ms),
        user=user,
        trace_id=trace_id,
    )
