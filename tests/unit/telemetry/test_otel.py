"""Spans for OpenTelemetry, from a request over the job row to a command."""

import itertools
import json
import os
import subprocess
import sys

import pytest

from calypso.models import tracing
from calypso.models.tracing import begun, here, of_row, within

sdk = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")
from calypso.telemetry.otel import OtelTracer  # noqa: E402 - only where it is installed


@pytest.fixture
def spans():
    """Call it for the spans that have ended, by name."""
    exporter = sdk.InMemorySpanExporter()
    tracer = OtelTracer(exporter, node="n1", version="1")
    tracing.install(tracer)

    def ended():
        tracer.provider.force_flush()
        return {span.name: span for span in exporter.get_finished_spans()}

    yield ended
    tracing.uninstall()
    tracer.provider.shutdown()


def parent_of(span):
    return span.parent.span_id if span.parent else None


def test_request_submit_job_and_command_are_one_trace_over_the_job_row(spans):
    with within(begun(None, "order-7")), tracing.span("POST /jobs"):
        trace_id = here().trace_id
        with tracing.span("submit system.noop"):
            row = json.loads(json.dumps(here().row()))
    with within(of_row(row)), tracing.span("job system.noop", job="j1") as note:
        note("outcome", "succeeded")
        assert here().request_id == "order-7"
        tracing.ended("sleep", elapsed_s=1.5, failed=True, subsystem="system")

    found = spans()
    assert {format(span.context.trace_id, "032x") for span in found.values()} == {trace_id}
    chain = ["POST /jobs", "submit system.noop", "job system.noop", "sleep"]
    for above, below in itertools.pairwise(chain):
        assert parent_of(found[below]) == found[above].context.span_id
    job, command = found["job system.noop"], found["sleep"]
    assert dict(job.attributes) == {"job": "j1", "outcome": "succeeded"}
    assert command.end_time - command.start_time == 1_500_000_000
    assert not command.status.is_ok
    assert job.resource.attributes["host.name"] == "n1"


def test_what_is_raised_in_a_span_is_noted_and_goes_on(spans):
    with pytest.raises(KeyError), tracing.span("job"):
        raise KeyError("gone")
    (event,) = spans()["job"].events
    assert event.name == "exception"
    assert here() is None


def test_without_the_setting_nothing_of_it_is_imported():
    code = (
        "import sys; from calypso.config import load; from calypso.wiring import configure_logs;"
        "configure_logs(load()); told = ('opentelemetry.exporter', 'opentelemetry.sdk.trace',"
        "'calypso.telemetry.otel'); print([m for m in sys.modules if m.startswith(told)])"
    )  # redis imports some of it by itself where it is installed
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_where_it_is_missing_everything_goes_on_and_the_log_says_so():
    code = (
        "import sys; sys.modules['opentelemetry'] = None; from calypso.config import load;"
        "from calypso.wiring import configure_logs; configure_logs(load()); print('goes on')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        env={**os.environ, "CALYPSO_OTEL_ENDPOINT": "http://127.0.0.1:9"},
    )  # fmt: skip
    assert ran.stdout.strip() == "goes on", ran.stderr
    assert "traces.not_sent" in ran.stderr
