"""Log lines on stderr, as JSON or as text; each with the request and the job it is about."""

import logging
import sys
from collections.abc import MutableMapping, Sequence
from typing import Any, Literal

import structlog
from structlog.typing import Processor

from calypso.models import tracing

# What they say of each job and each look at the schema, we say with a job's id, or not at all.
CHATTY = ("alembic", "celery.worker.strategy", "celery.app.trace")


def configure(level_name: str, form: Literal["json", "text"]) -> None:
    """Have our lines and those of libraries written alike; whoever started us keeps them."""
    level = logging.getLevelNamesMapping()[level_name.upper()]
    shared: Sequence[Processor] = (
        structlog.contextvars.merge_contextvars,
        _with_trace,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    )
    last = _writer(form)
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in CHATTY:
        quiet = max(level, logging.WARNING) if level > logging.DEBUG else logging.NOTSET
        logging.getLogger(name).setLevel(quiet)


def _writer(form: Literal["json", "text"]) -> Processor:
    if form == "json":
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(colors=False)


def _with_trace(
    _logger: Any, _method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Name the request, where there is one."""
    if (trace := tracing.here()) is not None:
        line.setdefault("trace_id", trace.trace_id)
        line.setdefault("request_id", trace.request_id)
    return line
