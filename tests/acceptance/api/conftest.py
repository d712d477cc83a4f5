"""The real server as a process of its own, over real PostgreSQL and a real Redis."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from calypso.config import load
from calypso.models.clock import now
from calypso.models.inventory import Capability, SubsystemStatus
from calypso.store.migrate import upgrade
from calypso.wiring import build

NODE = "test"
PASSWORD = "correct horse battery"
KEY = "a key for tests that is long enough"


def until(true, limit_s=20.0, what="it"):
    """Wait for a condition; return what it returned, or fail after the limit."""
    deadline = time.monotonic() + limit_s
    while not (value := true()):
        assert time.monotonic() < deadline, f"{what} did not come to pass within {limit_s} s"
        time.sleep(0.02)
    return value


def free_port():
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Signing:
    """Clients of the API at `url`; they are closed with it."""

    password = PASSWORD

    def __init__(self, url):
        self.url = url
        self._clients = []

    @property
    def address(self):
        """Where it listens: host and port."""
        told = httpx.URL(self.url)
        return told.host, told.port or {"http": 80, "https": 443}[told.scheme]

    def client(self, name="admin", **options):
        """Return a client signed in by a token."""
        found = self.anybody(**options)
        login = {"username": name, "password": self.password}
        answer = found.post("/auth/login", json=login)
        assert answer.status_code == 200, answer.text
        found.cookies.clear()
        found.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return found

    def anybody(self, **options):
        """Return a client that has not signed in; closed with the server."""
        options = {"base_url": f"{self.url}/api/v1", "timeout": 15, **options}
        self._clients.append(httpx.Client(**options))
        return self._clients[-1]

    def hang_up(self):
        for client in self._clients:
            client.close()


class Elsewhere(Signing):
    """The Calypso that CALYPSO_TEST_URL names, whose workers run what is asked of them."""

    def __init__(self):
        super().__init__(os.environ["CALYPSO_TEST_URL"].rstrip("/"))
        self.password = os.environ.get("CALYPSO_TEST_PASSWORD", PASSWORD)

    def serve_noop(self):
        """Nothing is to be said: its workers say it."""


class Api(Signing):
    """The server's process, and a house of our own beside it."""

    def __init__(self, folder, database_url, redis_url, **extra):
        self.port = free_port()
        scheme = "https" if "tls_certificate" in extra else "http"
        super().__init__(f"{scheme}://127.0.0.1:{self.port}")
        self.log = folder / "api.log"
        given = {
            "database_url": database_url,
            "redis_url": redis_url,
            "jwt_key": KEY,
            "secrets_key": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
            "node": NODE,
            "listen": f"127.0.0.1:{self.port}",
            "state_dir": str(folder / "state"),
            **extra,
        }
        self.house = build(load(**given), role="cli")
        for name in ("admin", "operator", "viewer"):
            if self.house.accounts.user(name) is None:
                self.house.accounts.add_user(name, PASSWORD, [name])
        environment = {
            **os.environ,
            **{f"CALYPSO_{name.upper()}": str(value) for name, value in given.items()},
            "CALYPSO_CONFIG_DIR": str(folder / "none"),
            "PYTHONPATH": os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")]),
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "api"],
                env=environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        try:
            until(self._answers, what="the server's first answer")
        except BaseException:
            self.stop()
            raise

    def _answers(self):
        assert self.process.poll() is None, self.log.read_text()
        try:
            return httpx.get(f"{self.url}/api/v1/healthz", verify=False).status_code == 200
        except httpx.TransportError:
            return False

    def serve_noop(self):
        """Say that a worker serves the system subsystem; nobody runs its jobs."""
        able = Capability(product="linux", available=True)
        status = SubsystemStatus(node=NODE, subsystem="system", capability=able, observed_at=now())
        self.house.ports.inventory.report(status)

    def stop(self):
        self.hang_up()
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.house.engine.dispose()


class Stream:
    """An open event stream, read message by message."""

    def __init__(self, client, path="/events", **headers):
        self._context = client.stream("GET", path, headers=headers)
        self.answer = self._context.__enter__()
        assert self.answer.status_code == 200, self.answer.read()
        self._lines = self.answer.iter_lines()

    def next(self):
        """Return the next message's fields; comments are skipped."""
        fields = {}
        for line in self._lines:
            if not line:
                if fields:
                    return fields
            elif not line.startswith(":"):
                name, _, value = line.partition(": ")
                fields[name] = json.loads(value) if name == "data" else value
        return None

    def until(self, wanted):
        """Return the first message that is wanted."""
        while (message := self.next()) is not None:
            if wanted(message):
                return message
        raise AssertionError("the stream ended first")

    def close(self):
        self._context.__exit__(None, None, None)


@pytest.fixture
def new_api(tmp_path, fresh_database, redis_url):
    made = []

    def make(database_url=None, redis=None, **extra):
        database_url = database_url or fresh_database()
        upgrade(database_url)
        made.append(Api(tmp_path, database_url, redis or redis_url, **extra))
        return made[-1]

    yield make
    for api in made:
        api.stop()
        print(api.log.read_text(errors="replace")[-6000:])


@pytest.fixture
def api(new_api):
    return new_api()


@pytest.fixture(scope="module")
def elsewhere():
    """The Calypso that CALYPSO_TEST_URL names."""
    if not os.environ.get("CALYPSO_TEST_URL"):
        pytest.skip("CALYPSO_TEST_URL names no Calypso: see docs/containers.md")
    api = Elsewhere()
    yield api
    api.hang_up()


@pytest.fixture(scope="module")
def shared_api(request, tmp_path_factory):
    """One server for all tests of a file that leave it as it was.

    With CALYPSO_TEST_URL it is that one, for tests that are marked `by_url`.
    """
    if os.environ.get("CALYPSO_TEST_URL"):
        yield request.getfixturevalue("elsewhere")
        return
    database = request.getfixturevalue("shared_database")
    redis = request.getfixturevalue("shared_redis_url")
    upgrade(database)
    api = Api(tmp_path_factory.mktemp("shared"), database, redis)
    yield api
    api.stop()
    print(api.log.read_text(errors="replace")[-6000:])
