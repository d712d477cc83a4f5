"""The server with a certificate: encrypted for whoever connects, patient with nobody."""

import socket
import ssl
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from calypso.embedded.listening import holder
from tests.acceptance.api.conftest import Api, until
from tests.certificates import self_signed

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.redis,
    # redis-py's connections are left to the garbage collector: its port has no close
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return self_signed(tmp_path_factory.mktemp("tls"), "localhost", "127.0.0.1")


@pytest.fixture
def tls_api(tmp_path, certificate, fresh_database, redis_url):
    from calypso.store.migrate import upgrade

    database_url = fresh_database()
    upgrade(database_url)
    api = Api(
        tmp_path, database_url, redis_url,
        tls_certificate=certificate.certificate, tls_key=certificate.key,
    )  # fmt: skip
    yield api
    api.stop()
    print(api.log.read_text(errors="replace")[-6000:])


def is_let_in(peer, port):
    """Tell whether the server has taken a connection from the kernel: it has an inode then."""
    ours = peer.getsockname()[1]
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ends = {(port_of(row[1]), port_of(row[2])): row[9] for row in rows}
    return ends.get((port, ours), "0") != "0"


def port_of(end):
    return int(end.rpartition(":")[2], 16)


def until_closed(peer):
    told = b""
    with suppress(ConnectionResetError):  # another way to hang up on who speaks in the clear
        while read := peer.recv(4096):
            told += read
    return told


def test_who_knows_the_certificate_is_served_and_nobody_in_the_clear(tls_api, certificate):
    trusting = ssl.create_default_context(cafile=certificate.certificate)

    answer = httpx.get(f"{tls_api.url}/api/v1/healthz", verify=trusting)
    with socket.create_connection(("127.0.0.1", tls_api.port), timeout=15) as peer:
        peer.sendall(b"GET /api/v1/healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        told = until_closed(peer)

    assert tls_api.url.startswith("https://")
    assert answer.status_code == 200
    assert b"200" not in told


def test_its_cookies_are_for_encrypted_connections_only(tls_api, certificate):
    trusting = ssl.create_default_context(cafile=certificate.certificate)
    body = {"username": "admin", "password": "correct horse battery"}

    answer = httpx.post(f"{tls_api.url}/api/v1/auth/login", json=body, verify=trusting)

    cookies = answer.headers.get_list("set-cookie")
    assert cookies
    assert all("Secure" in cookie for cookie in cookies)


def test_a_peer_that_connects_and_says_nothing_is_let_go(tls_api):
    with socket.create_connection(("127.0.0.1", tls_api.port), timeout=20) as peer:
        began = time.monotonic()
        rest = peer.makefile("rb").read()

    assert rest == b""
    assert time.monotonic() - began < 15


def test_at_the_end_who_is_idle_is_let_go_and_who_waits_for_an_answer_gets_it(tls_api, certificate):
    trusting = ssl.create_default_context(cafile=certificate.certificate)
    with (
        httpx.Client(verify=trusting) as idle,
        socket.create_connection(("127.0.0.1", tls_api.port), timeout=15) as plain,
        trusting.wrap_socket(plain, server_hostname="localhost") as early,
    ):
        assert idle.get(f"{tls_api.url}/api/v1/healthz").status_code == 200
        began = time.monotonic()
        tls_api.process.terminate()
        time.sleep(0.5)  # the end is under way; the peer has not said yet what it wants
        early.sendall(b"GET /api/v1/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = early.makefile("rb").read()
        tls_api.process.wait(20)

    assert answer.startswith(b"HTTP/1.1 200")
    assert time.monotonic() - began < 8


def test_who_was_let_in_just_before_the_end_is_served_though_nobody_listens_any_more(
    tls_api, certificate
):
    trusting = ssl.create_default_context(cafile=certificate.certificate)
    with socket.create_connection(("127.0.0.1", tls_api.port), timeout=15) as plain:
        until(lambda: is_let_in(plain, tls_api.port), 10, "it is let in")
        tls_api.process.terminate()
        until(lambda: holder(tls_api.port) is None, 10, "nobody listens")
        with trusting.wrap_socket(plain, server_hostname="localhost") as peer:
            peer.sendall(b"GET /api/v1/healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b" 200 " in peer.recv(100)


def test_a_key_of_another_certificate_is_told_at_the_start(tmp_path, certificate):
    other = self_signed(tmp_path, "elsewhere", "127.0.0.1")
    env = {
        "PATH": "/usr/bin:/bin",
        "CALYPSO_CONFIG_DIR": str(tmp_path / "none"),
        "CALYPSO_TLS_CERTIFICATE": str(certificate.certificate),
        "CALYPSO_TLS_KEY": str(other.key),
    }

    ran = subprocess.run(
        [sys.executable, "-m", "api"], env=env, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip

    assert ran.returncode == 2
    assert "cannot be used" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(("proxies", "status"), [("", 403), ("127.0.0.1", 401)])
def test_only_a_proxy_that_is_named_may_say_that_the_line_was_encrypted(
    tmp_path, fresh_database, redis_url, proxies, status
):
    from calypso.store.migrate import upgrade

    database_url = fresh_database()
    upgrade(database_url)
    api = Api(tmp_path, database_url, redis_url, trusted_proxies=proxies)
    try:
        answer = httpx.post(
            f"{api.url}/api/v1/nodes/join", headers={"X-Forwarded-Proto": "https"},
            json={"node": "vault", "token": "calnode_guess", "version": "1"},
        )  # fmt: skip
    finally:
        api.stop()
    assert answer.status_code == status, answer.text
