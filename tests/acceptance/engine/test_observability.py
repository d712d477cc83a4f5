"""What a real worker tells of a job: its lines, and what it adds up."""

import json

import pytest

from calypso.models import tracing
from calypso.models.counts import Count
from tests.acceptance.engine.conftest import NODE, until

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


def lines(stack):
    found = []
    for path in stack.folder.glob("workers.jobs-*.log"):
        found += [line for line in path.read_text().splitlines() if line.startswith("{")]
    return [json.loads(line) for line in found]


def counts(stack):
    found = stack.ports.live.counts().get(NODE, {})
    return {(c.name, *c.labels, c.part): v for f, v in found.items() if (c := Count.read(f))}


def test_a_jobs_commands_are_in_the_log_with_its_request_and_are_added_up(stack):
    stack.start_workers("system")
    with tracing.within(tracing.begun(None, "order-7")):
        job = stack.run("system.noop", {"seconds": 0.2})
        trace_id = tracing.here().trace_id

    def told():
        return [one for one in lines(stack) if one["event"] == "command.ended"]

    (line,) = until(told, what="the line of the command")
    assert (line["job"], line["request_id"], line["trace_id"]) == (str(job.id), "order-7", trace_id)
    assert (line["program"], line["code"], line["subsystem"]) == ("sleep", 0, "system")
    until(lambda: ("job", "system.noop", "succeeded", "sum") in counts(stack), what="the counts")
    found = counts(stack)
    assert found["command", "system", "sleep", "sum"] >= 0.1
    assert found["job", "system.noop", "succeeded", "sum"] >= 0.1
    assert ("command_failures", "system", "sleep", "") not in found


def test_a_job_after_it_without_a_request_has_none_in_its_lines(stack):
    stack.start_workers("system")
    with tracing.within(tracing.begun(None, "order-7")):
        stack.run("system.noop", {"seconds": 0.01})
    job = stack.run("system.noop", {"seconds": 0.01})

    def told():
        return [one for one in lines(stack) if one.get("job") == str(job.id)]

    assert all("request_id" not in one for one in until(told, what="its lines"))
