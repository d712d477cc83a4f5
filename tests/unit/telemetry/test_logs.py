"""Log lines, ours and those of libraries."""

import json
import logging

import pytest
import structlog

from calypso.models import tracing
from calypso.telemetry import logs


@pytest.fixture
def written(capsys, monkeypatch):
    """Call it for the lines so far; the configuration is put back afterwards."""
    root = logging.getLogger()
    before = root.handlers[:], root.level, structlog.get_config()
    yield lambda: capsys.readouterr().err.splitlines()  # noqa: PLW0108 - read when it is called
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    structlog.configure(**before[2])


def test_lines_of_a_job_name_it_and_its_request_in_our_code_and_in_libraries(written):
    logs.configure("info", "json")
    with (
        tracing.within(tracing.begun(None, "order-7")) as _,
        structlog.contextvars.bound_contextvars(job="j1"),
    ):
        structlog.get_logger().info("command.ended", program="zfs")
        logging.getLogger("celery").warning("lost %s", "touch")
    structlog.get_logger().info("elsewhere")
    ours, theirs, other = (json.loads(line) for line in written())
    assert (ours["event"], ours["job"], ours["request_id"]) == ("command.ended", "j1", "order-7")
    assert (theirs["event"], theirs["job"], theirs["logger"]) == ("lost touch", "j1", "celery")
    assert theirs["trace_id"] == ours["trace_id"]
    assert not {"job", "request_id"} & set(other)


def test_what_libraries_say_of_each_job_is_kept_for_those_who_look_closely(written):
    for level, lines in (("info", 0), ("debug", 1)):
        logs.configure(level, "json")
        logging.getLogger("celery.app.trace").info("Task calypso.run[x] succeeded")
        logging.getLogger("alembic.runtime.migration").warning("that matters")
        assert len(written()) == lines + 1


def test_a_quiet_level_keeps_both_quiet(written):
    logs.configure("warning", "json")
    structlog.get_logger().info("ours")
    logging.getLogger("celery").info("theirs")
    assert written() == []


def test_what_failed_is_one_line_with_its_traceback(written):
    logs.configure("info", "json")
    try:
        raise KeyError("gone")
    except KeyError:
        structlog.get_logger().exception("ours")
        logging.getLogger("celery").exception("theirs")
    assert all("KeyError: 'gone'" in json.loads(line)["exception"] for line in written())


def test_text_is_for_people(written):
    logs.configure("info", "text")
    structlog.get_logger().info("worker.ready", queue="tape@n1")
    (line,) = written()
    assert "worker.ready" in line
    assert "queue=tape@n1" in line
