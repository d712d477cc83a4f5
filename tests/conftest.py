"""Servers for the tests: the ones named by URL, or embedded ones of this session's own."""

import os
import signal
import tempfile
import uuid
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings

from calypso.embedded.postgres import EmbeddedPostgres
from calypso.embedded.redis import EmbeddedRedis
from calypso.errors import CalypsoError
from calypso.host import cgroup
from tests.bacula import bacula, bacula_programs, own_bacula  # noqa: F401
from tests.freezing import frozen
from tests.lab.fixtures import (  # noqa: F401
    fresh_guest,
    guest,
    lab_changer,
    lab_changers,
    require_changer,
    require_lab,
    shared_guest,
)

REQUIRED = {word for word in os.environ.get("CALYPSO_TEST_REQUIRE", "").split(",") if word}

# How long an example takes depends on who else uses the machine.
settings.register_profile("calypso", deadline=None)
settings.load_profile("calypso")

# Programs inherit that a signal is ignored; those of tests must hear a Ctrl-C, whoever started us.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def missing(product, reason):
    """Skip for want of a product, with the reason; where it is required, fail."""
    if product in REQUIRED:
        pytest.fail(f"{product} is required here, but: {reason}", pytrace=False)
    pytest.skip(f"{product}: {reason}")


def require_cgroup():
    """Skip where this user cannot give a job a cgroup v2 of its own."""
    group = cgroup.of_tag(f"probe-{uuid.uuid4()}")
    if group is None:
        missing("cgroup", f"{cgroup.own() or 'cgroup v2'} is not delegated to this user")
    group.remove()


@pytest.fixture(scope="session")
def servers_folder():
    # Not in pytest's own folder: PostgreSQL's account must be able to enter it.
    with tempfile.TemporaryDirectory(prefix="calypso-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def postgres_url(servers_folder):
    """An address whose user may make databases."""
    if url := os.environ.get("CALYPSO_TEST_DATABASE_URL"):
        yield url
        return
    server = EmbeddedPostgres(servers_folder / "postgres", logs=servers_folder / "logs")
    try:
        url = server.start()
    except CalypsoError as wrong:
        missing("postgres", wrong.detail)
    yield url
    server.stop()


@contextmanager
def databases(postgres_url):
    """Give a function that makes a new, empty database and returns its address."""
    plain = postgres_url.replace("+psycopg", "")
    made = []

    def make():
        name = f"test_{uuid.uuid4().hex}"
        with psycopg.connect(plain, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name}")
        made.append(name)
        head, _, _ = postgres_url.rpartition("/")
        return f"{head}/{name}"

    yield make
    with psycopg.connect(plain, autocommit=True) as server:
        for name in made:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def fresh_database(postgres_url):
    """Call it for the address of a new, empty database; dropped after the test."""
    with databases(postgres_url) as make:
        yield make


@pytest.fixture(scope="module")
def shared_database(postgres_url):
    """The address of one new database for all tests of a file."""
    with databases(postgres_url) as make:
        yield make()


@pytest.fixture(scope="session")
def redis_server_url(servers_folder):
    if url := os.environ.get("CALYPSO_TEST_REDIS_URL"):
        yield url
        return
    server = EmbeddedRedis(servers_folder / "redis", logs=servers_folder / "logs")
    try:
        url = server.start()
    except CalypsoError as wrong:
        missing("redis", wrong.detail)
    yield url
    server.stop()


@pytest.fixture
def redis_url(redis_server_url):
    """The server's address; it is empty at the start of each test."""
    return emptied(redis_server_url)


@pytest.fixture(scope="module")
def shared_redis_url(redis_server_url):
    """The address of another database of that server, empty at the start of a file's tests."""
    return emptied(f"{redis_server_url.rpartition('/')[0]}/1")


def emptied(url):
    import redis

    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


@pytest.fixture
def own_postgres(tmp_path_factory):
    """A server of this test's own, to be stopped and started at will."""
    with tempfile.TemporaryDirectory(prefix="calypso-own-") as folder:
        Path(folder).chmod(0o755)
        server = OwnPostgres(Path(folder))
        yield server
        server.stop()


class OwnPostgres:
    """Keeps its port over restarts."""

    def __init__(self, folder):
        self._server = EmbeddedPostgres(folder / "postgres", logs=folder / "logs")
        self.url = self._server.start()

    def stop(self):
        self._server.stop()

    def crash(self):
        """End it with no time to write anything more."""
        self._server.daemon.kill()

    def start(self):
        self._server.start()

    def restart(self):
        self.stop()
        self.start()


@pytest.fixture
def own_redis():
    """A Redis-compatible server of this test's own; keeps its port over restarts."""
    with tempfile.TemporaryDirectory(prefix="calypso-own-") as folder:
        server = EmbeddedRedis(Path(folder) / "redis", logs=Path(folder) / "logs")
        server.start()
        yield Started(server)
        server.stop()


class Started:
    def __init__(self, server):
        self._server = server
        self.url = server.url()
        self.stop, self.start = server.stop, server.start

    def frozen(self):
        """It takes connections and answers nobody."""
        return frozen(self._server.daemon.pid)
