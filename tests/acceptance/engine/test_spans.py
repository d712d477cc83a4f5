"""A real worker sends its spans to a collector."""

import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from calypso.models import tracing
from tests.acceptance.engine.conftest import until

proto = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2")
pytestmark = [pytest.mark.postgres, pytest.mark.redis]


class Collector(BaseHTTPRequestHandler):
    """Takes OTLP, and keeps the spans."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        told = proto.ExportTraceServiceRequest.FromString(body)
        self.server.spans += [
            span
            for resource in told.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_words):
        """Say nothing."""


@pytest.fixture
def collector():
    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        server.spans = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_a_job_and_its_command_are_spans_of_the_requests_trace(new_stack, collector):
    endpoint = f"http://127.0.0.1:{collector.server_port}"
    stack = new_stack(CALYPSO_OTEL_ENDPOINT=endpoint)
    stack.start_workers("system")
    request = tracing.begun(None, "order-7")
    with tracing.within(request):
        stack.run("system.noop", {"seconds": 0.1})

    def named():
        found = {span.name: span for span in collector.spans}
        return found if {"job system.noop", "sleep"} <= found.keys() else None

    found = until(named, what="the spans")
    job, command = found["job system.noop"], found["sleep"]
    assert job.trace_id.hex() == command.trace_id.hex() == request.trace_id
    assert job.parent_span_id.hex() == request.span_id
    assert command.parent_span_id == job.span_id
