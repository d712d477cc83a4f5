"""`calypso up`, as people start, stop and kill it."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from tests.acceptance.running_up import RunningUp, rows, status, until
from tests.freezing import freeze

pytestmark = [pytest.mark.postgres, pytest.mark.redis]
ROOT = Path(__file__).parents[2]
ANY_PORT = ("--listen", "127.0.0.1:0")


@pytest.fixture
def start():
    """Call it to start an `up`; whatever runs at the end of the test is killed."""
    with tempfile.TemporaryDirectory(prefix="calypso-up-") as folder:
        # Not in pytest's own folder: PostgreSQL's account must be able to enter it.
        Path(folder).chmod(0o755)
        started = []

        def start(*options, data="data", env=None):
            started.append(RunningUp(Path(folder) / data, *options, env=env))
            return started[-1]

        yield start
        for running in started:
            running.kill()
            until(lambda running=running: not running.left() or _killed(running.left()))
        until(lambda: not _inside(folder))


def _killed(pids):
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _inside(folder):
    """Who works in a folder: children of PostgreSQL lose their variables and outlive it a bit."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):
            if str(link.readlink()).startswith(folder):
                found.append(link.parent.name)
    return found


def test_it_serves_and_leaves_nothing_when_stopped(start):
    running = start(*ANY_PORT).until_ready()
    names = {child["name"] for child in running.record["children"]}
    password = running.data / "admin-password"

    assert status(f"{running.url}/api/v1/readyz") == 200
    workers = {"worker-storage", "worker-tape", "worker-backup", "worker-system"}
    beside = {name for name in names if name.startswith("bacula-")}  # where it is installed
    assert names - beside == {"postgres", "redis", "api", "scheduler", *workers}
    assert str(password) in running.said
    assert password.stat().st_mode & 0o777 == 0o600
    assert (running.data / "secrets.env").stat().st_mode & 0o777 == 0o600
    assert running.stop() == 0
    assert running.left() == set()
    assert not (running.data / "up.json").exists()


def test_passwords_stand_in_no_command_line(start):
    running = start(*ANY_PORT).until_ready()
    kept = ("postgres/password", "redis/password", "admin-password")
    secrets = [(running.data / name).read_bytes() for name in kept]

    lines = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in running.left()]

    assert len(lines) > len(kept)
    assert not [line for line in lines for secret in secrets if secret in line]


def test_a_second_one_on_the_same_directory_is_refused_and_told_of_the_first(start):
    first = start(*ANY_PORT).until_ready()

    second = start(*ANY_PORT)

    assert second.process.wait(30) == 1
    assert f"process {first.process.pid} serves {first.url}" in second.said
    assert status(f"{first.url}/api/v1/readyz") == 200


def test_another_port_is_taken_when_the_usual_one_is_not_free(start):
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):  # somebody is there already: as good
            other.bind(("127.0.0.1", 8080))
            other.listen()

        running = start().until_ready()

    assert "Port 8080 is taken by" in running.said
    assert not running.url.endswith(":8080")


def test_a_port_that_was_asked_for_is_never_changed(start):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        running = start("--listen", f"127.0.0.1:{port}")

        assert running.process.wait(30) == 1
        assert f"127.0.0.1:{port} is taken by" in running.said
        assert f"(process {os.getpid()})" in running.said
    assert running.left() == set()


@pytest.mark.parametrize("name", ["worker-storage", "api", "redis", "postgres", "scheduler"])
def test_a_killed_child_comes_back(start, name):
    running = start(*ANY_PORT).until_ready()
    before = running.child(name)

    os.kill(before, signal.SIGKILL)

    until(lambda: running.child(name) not in (None, before))
    assert f"{name} ended by itself (killed by signal 9)" in running.said
    until(lambda: status(f"{running.url}/api/v1/readyz") == 200)
    assert running.stop() == 0
    assert running.left() == set()


def test_when_it_is_killed_everything_else_ends(start):
    running = start(*ANY_PORT).until_ready()

    running.kill()

    until(lambda: not running.left(), limit_s=30)


def test_what_outlived_a_killed_one_is_ended_at_the_next_start(start):
    first = start(*ANY_PORT).until_ready()
    escaped = _escaped(first)
    first.kill()

    second = start(*ANY_PORT).until_ready()

    assert escaped.wait(10) == -signal.SIGKILL
    assert second.said.startswith("Ended ")


def _escaped(running):
    """A process that an `up` seems to have started, and that does not end with it."""
    env = {"CALYPSO_UP_DATA": str(running.data), "PATH": os.environ["PATH"]}
    return subprocess.Popen(["sleep", "600"], env=env, start_new_session=True)


def test_nothing_is_lost_when_all_is_killed_at_once(start):
    first = start(*ANY_PORT).until_ready()
    rows(first, "CREATE TABLE public.kept AS SELECT 42 AS answer")
    password = (first.data / "admin-password").read_text()
    for pid in [first.process.pid, *first.left()]:
        os.kill(pid, signal.SIGKILL)
    first.process.wait(10)

    second = start(*ANY_PORT).until_ready()

    assert rows(second, "SELECT answer FROM public.kept") == [(42,)]
    assert (second.data / "admin-password").read_text() == password


def test_a_second_ctrl_c_does_not_wait_for_a_program_that_will_not_end(start):
    running = start(*ANY_PORT).until_ready()
    freeze(running.child("scheduler"))

    running.process.send_signal(signal.SIGINT)
    until(lambda: "Stopping" in running.said)
    running.process.send_signal(signal.SIGINT)

    assert running.process.wait(8) == 0
    assert running.left() == set()


def test_servers_that_are_named_are_used_and_none_is_started(start, fresh_database, redis_url):
    env = {"CALYPSO_DATABASE_URL": fresh_database(), "CALYPSO_REDIS_URL": redis_url}

    running = start(*ANY_PORT, env=env).until_ready()

    names = {child["name"] for child in running.record["children"]}
    assert not names & {"postgres", "redis"}
    assert not (running.data / "postgres").exists()
    assert running.stop(signal.SIGTERM) == 0


def test_redis_cluster_is_refused_with_the_reason(start):
    running = start(env={"CALYPSO_REDIS_URL": "redis+cluster://127.0.0.1:7000"})

    assert running.process.wait(30) == 1
    assert "Redis Cluster" in running.said
    assert "sentinel://" in running.said


@pytest.mark.thorough  # each of these tests runs in CI, against a Calypso of its own
@pytest.mark.timeout(400)
def test_the_tests_that_fit_any_calypso_pass_against_it_by_its_address(start):
    running = start(*ANY_PORT).until_ready()
    env = {
        **os.environ,
        "CALYPSO_TEST_URL": running.url,
        "CALYPSO_TEST_PASSWORD": (running.data / "admin-password").read_text().strip(),
    }
    argv = [sys.executable, "-m", "pytest", "-q", "-m", "by_url", "-p", "no:cacheprovider"]
    told = subprocess.run(
        [*argv, "tests/acceptance/api"], env=env, cwd=ROOT,
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout
    assert " passed" in told.stdout
    assert "skipped" not in told.stdout
