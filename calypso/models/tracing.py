"""For which request something is done: ids that go along from the request to the last command.

They travel over the job row. Spans are measured only where a tracer is installed.
"""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

_PARENT = re.compile(r"00-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-[0-9a-f]{2}")
_REQUEST = re.compile(r"[A-Za-z0-9._:/+=-]{1,64}")
NOTHING = {"0" * 32, "0" * 16}  # ids that name nothing


Note = Callable[[str, str], None]  # adds to an open span: a name, and what it says


@dataclass(frozen=True)
class Trace:
    """Where we are: in which trace, below which span, and for which request."""

    trace_id: str
    span_id: str
    request_id: str

    @property
    def traceparent(self) -> str:
        """The W3C form of trace and span."""
        return f"00-{self.trace_id}-{self.span_id}-01"

    def row(self) -> dict[str, str]:
        """Return what a job row keeps."""
        return {"traceparent": self.traceparent, "request_id": self.request_id}


class Tracer(Protocol):
    """Who measures spans."""

    def span(
        self, name: str, parent: Trace | None, attributes: Mapping[str, str]
    ) -> AbstractContextManager[tuple[Trace, Note]]:
        """Open a span; what is raised inside is noted in it."""

    def ended(
        self, name: str, parent: Trace | None, attributes: Mapping[str, str], *, elapsed_s: float,
        failed: bool,
    ) -> None:  # fmt: skip
        """Note a span that has ended just now."""

    def flush(self) -> None:
        """Send what has ended; returns after a few seconds at most."""


_here: ContextVar[Trace | None] = ContextVar("trace", default=None)
_tracers: list[Tracer] = []  # none, or one


def install(tracer: Tracer) -> None:
    """Have this process's spans measured."""
    _tracers[:] = [tracer]


def uninstall() -> None:
    """Have no spans measured any more."""
    _tracers.clear()


def flush() -> None:
    """Have all that has ended sent: this process is about to end."""
    for tracer in _tracers:
        tracer.flush()


def here() -> Trace | None:
    """Return where we are; None outside of any request."""
    return _here.get()


def begun(traceparent: str | None, request_id: str | None) -> Trace:
    """Return the trace of a request: the one its sender is in, else a new one.

    Whatever is no id is as good as none. A request without a name is called by its trace.
    """
    told = _PARENT.fullmatch(traceparent or "")
    known = told is not None and not {told["trace"], told["span"]} & NOTHING
    trace_id = told["trace"] if told and known else secrets.token_hex(16)
    span_id = told["span"] if told and known else secrets.token_hex(8)
    named = request_id if _REQUEST.fullmatch(request_id or "") else None
    return Trace(trace_id, span_id, named or trace_id)


def of_row(row: Mapping[str, str] | None) -> Trace | None:
    """Return the trace that a job row keeps; None for a job that nobody's request made."""
    return begun(row.get("traceparent"), row.get("request_id")) if row else None


@contextmanager
def within(trace: Trace | None) -> Iterator[None]:
    """Be there for a while."""
    before = here()
    _here.set(trace)
    try:
        yield
    finally:
        _here.set(before)  # no token: a request may end in another greenlet than it began


@contextmanager
def span(name: str, **attributes: str) -> Iterator[Note]:
    """Measure what is done inside; costs nothing where nobody measures."""
    if not _tracers:
        yield _ignore
        return
    with _tracers[0].span(name, here(), attributes) as (trace, note), within(trace):
        yield note


def ended(name: str, *, elapsed_s: float, failed: bool, **attributes: str) -> None:
    """Note what ended just now and took so long."""
    for tracer in _tracers:
        tracer.ended(name, here(), attributes, elapsed_s=elapsed_s, failed=failed)


def _ignore(_name: str, _text: str) -> None:
    """Take a note for nobody."""
