"""Spans for OpenTelemetry, sent by OTLP over HTTP. Imported only where the settings ask for it."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import trace as otel
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

from calypso.models.tracing import Note, Trace

NS = 1_000_000_000
FLUSH_MS = 3000


class OtelTracer:
    """Satisfies `models.tracing.Tracer`. Exports in a thread; what cannot be sent is dropped."""

    def __init__(self, exporter: SpanExporter, *, node: str, version: str) -> None:
        told = {"service.name": "calypso", "service.version": version, "host.name": node}
        self.provider = TracerProvider(resource=Resource.create(told))
        self.provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self.provider.get_tracer("calypso", version)

    @classmethod
    def to(cls, endpoint: str, *, node: str, version: str) -> "OtelTracer":
        """Return one that sends to an address such as http://collector:4318."""
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
        return cls(exporter, node=node, version=version)

    @contextmanager
    def span(
        self, name: str, parent: Trace | None, attributes: Mapping[str, str]
    ) -> Iterator[tuple[Trace, Note]]:
        """Open a span; what is raised inside is noted in it."""
        with self._tracer.start_as_current_span(
            name, context=_context(parent), attributes=dict(attributes)
        ) as span:
            yield _trace_of(span, parent), span.set_attribute

    def flush(self) -> None:
        """Send what has ended."""
        self.provider.force_flush(FLUSH_MS)

    def ended(
        self,
        name: str,
        parent: Trace | None,
        attributes: Mapping[str, str],
        *,
        elapsed_s: float,
        failed: bool,
    ) -> None:
        """Note a span that has ended just now."""
        end = time.time_ns()
        span = self._tracer.start_span(
            name,
            context=_context(parent),
            attributes=dict(attributes),
            start_time=end - int(elapsed_s * NS),
        )
        if failed:
            span.set_status(otel.StatusCode.ERROR)
        span.end(end)


def _context(parent: Trace | None) -> "otel.Context | None":  # type: ignore[name-defined]
    if parent is None:
        return None
    above = otel.SpanContext(
        trace_id=int(parent.trace_id, 16),
        span_id=int(parent.span_id, 16),
        is_remote=True,
        trace_flags=otel.TraceFlags(otel.TraceFlags.SAMPLED),
    )
    return otel.set_span_in_context(otel.NonRecordingSpan(above))


def _trace_of(span: otel.Span, parent: Trace | None) -> Trace:
    told = span.get_span_context()
    trace_id = otel.format_trace_id(told.trace_id)
    return Trace(
        trace_id,
        otel.format_span_id(told.span_id),
        trace_id if parent is None else parent.request_id,
    )
