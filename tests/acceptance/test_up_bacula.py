"""`calypso up` with a Bacula of its own."""

import os
import signal
import tempfile
import time
from pathlib import Path

import pytest

from calypso.embedded.bacula_packages import Programs
from tests.acceptance.running_up import RunningUp, status, until
from tests.bacula import kept

pytestmark = [pytest.mark.real("bacula"), pytest.mark.postgres, pytest.mark.redis]
ANY_PORT = ("--listen", "127.0.0.1:0", "--workers", "backup")
WANTED = {"CALYPSO_BACKUP_PRODUCT": "bacula"}
DAEMONS = ("bacula-dir", "bacula-sd", "bacula-fd")
not_installed = pytest.mark.skipif(
    Programs(Path("/")).is_complete, reason="Bacula is installed: nothing is ever fetched"
)


@pytest.fixture
def data():
    with tempfile.TemporaryDirectory(prefix="calypso-up-") as folder:
        # Not in pytest's own folder: the servers' account must be able to enter it.
        Path(folder).chmod(0o755)
        yield Path(folder) / "data"


@pytest.fixture
def start(data):
    started = []

    def start(*options, **env):
        started.append(RunningUp(data, *ANY_PORT, *options, env={**WANTED, **env}))
        return started[-1]

    yield start
    for running in started:
        running.kill()
    until(lambda: not any(running.left() for running in started))


@pytest.fixture
def unpacked(data, bacula_programs):
    """Packages that an earlier start has unpacked."""
    packages = data / "bacula" / "packages"
    packages.mkdir(parents=True)
    data.chmod(0o711)
    for folder in kept().glob("bacula-*"):
        (packages / folder.name).symlink_to(folder)


def of(process, name):
    """The value of a variable in a running program's environment."""
    words = Path(f"/proc/{process}/environ").read_bytes().split(b"\0")
    found = [word.partition(b"=")[2] for word in words if word.startswith(f"{name}=".encode())]
    return found[0].decode() if found else None


def begun(running):
    """Wait for the worker for backups, which is started when there is a Bacula or will be none."""
    running.until_ready()
    until(lambda: running.child("worker-backup"))
    return running


def test_it_starts_one_and_tells_workers_of_it_and_leaves_nothing(start, unpacked):
    running = begun(start())
    pid = running.child("worker-backup")

    host, _, port = of(pid, "CALYPSO_BACULA_DIRECTOR").partition(":")
    assert (host, port.isdigit()) == ("127.0.0.1", True)
    password = of(pid, "CALYPSO_BACULA_PASSWORD")
    assert of(running.child("api"), "CALYPSO_BACULA_PASSWORD") is None
    assert password
    lines = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in running.left()]
    assert not [line for line in lines if password.encode() in line]
    assert all(running.child(name) for name in DAEMONS)

    assert running.stop() == 0
    assert running.left() == set()
    assert "is killed" not in running.said


def test_killed_daemons_come_back(start, unpacked):
    running = begun(start())
    before = {name: running.child(name) for name in DAEMONS}

    for pid in before.values():
        os.kill(pid, signal.SIGKILL)

    for name in DAEMONS:
        until(lambda name=name: running.child(name) not in (None, before[name]))
        assert f"{name} ended by itself (killed by signal 9)" in running.said


def test_a_second_start_has_the_same_director(start, unpacked):
    first = begun(start())
    password = of(first.child("worker-backup"), "CALYPSO_BACULA_PASSWORD")
    first.stop()

    second = begun(start())

    assert of(second.child("worker-backup"), "CALYPSO_BACULA_PASSWORD") == password
    assert all(second.child(name) for name in DAEMONS)


def test_when_it_is_killed_the_daemons_end_and_the_next_one_starts(start, unpacked):
    first = begun(start())

    first.kill()
    second = begun(start())

    assert all(second.child(name) for name in DAEMONS)


@not_installed
def test_where_it_cannot_be_had_it_goes_on_and_tells_how_to_install_it(start, data):
    running = begun(start(PATH="/nonexistent"))

    assert "Bacula is not started: There is no apt-get here" in running.said
    assert "apt-get install bacula-director-pgsql" in running.said
    assert status(f"{running.url}/api/v1/readyz") == 200
    assert of(running.child("worker-backup"), "CALYPSO_BACULA_DIRECTOR") is None


@not_installed
def test_a_ctrl_c_while_it_fetches_is_heard(start, tmp_path):
    program = tmp_path / "apt-get"
    program.write_text("#!/bin/sh\nexec sleep 600\n")
    program.chmod(0o755)
    running = start(PATH=f"{tmp_path}:/usr/bin:/bin")
    until(lambda: "Fetching Bacula's packages" in running.said)

    began = time.monotonic()
    assert running.stop() == 0

    assert time.monotonic() - began < 20
    assert running.left() == set()


def test_one_that_does_not_come_up_does_not_hold_up_the_rest(start, data, unpacked):
    begun(start()).stop()
    (data / "bacula" / "etc" / "calypso.conf").write_text("Nonsense {\n}\n")

    running = begun(start())

    assert "Bacula is not started: bacula-dir did not come up" in running.said
    assert not any(running.child(name) for name in DAEMONS)


def test_one_that_is_named_is_used_and_none_is_started(start, data):
    running = begun(start(CALYPSO_BACULA_DIRECTOR="192.0.2.7:9101"))

    assert not (data / "bacula").exists()
    director = of(running.child("worker-backup"), "CALYPSO_BACULA_DIRECTOR")
    assert director == "192.0.2.7:9101"


def test_none_is_started_in_somebody_elses_postgres(start, data, fresh_database, redis_url):
    running = start(CALYPSO_DATABASE_URL=fresh_database(), CALYPSO_REDIS_URL=redis_url)

    begun(running)

    assert "Bacula is not started: CALYPSO_DATABASE_URL names a server" in running.said
    assert not (data / "bacula").exists()
