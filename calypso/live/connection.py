"""One Redis, Redis over TLS, or Sentinel, by address. Short timeouts: nobody waits for Redis."""

from typing import Any
from urllib.parse import urlsplit

import redis
from redis.sentinel import Sentinel

SOCKET_TIMEOUT_S = 1.0


def connect(url: str, *, master: str = "mymaster", blocking_s: float = 0.0) -> "redis.Redis":
    """Return a client; nothing is sent yet. `blocking_s` is added for reads that wait."""
    timeout_s = SOCKET_TIMEOUT_S + blocking_s
    if not url.startswith("sentinel://"):
        return redis.Redis.from_url(
            url,
            socket_timeout=timeout_s,
            socket_connect_timeout=SOCKET_TIMEOUT_S,
            decode_responses=True,
        )
    hosts = [urlsplit(part) for part in url.split(";") if part]
    sentinel = Sentinel(  # type: ignore[no-untyped-call]  # redis-py leaves it untyped
        [(host.hostname or "127.0.0.1", host.port or 26379) for host in hosts],
        socket_timeout=SOCKET_TIMEOUT_S,
    )
    client: redis.Redis = sentinel.master_for(  # type: ignore[no-untyped-call]  # likewise
        master,
        password=hosts[0].password,
        socket_timeout=timeout_s,
        socket_connect_timeout=SOCKET_TIMEOUT_S,
        decode_responses=True,
    )
    return client


def send(client: "redis.Redis", *commands: tuple[str | int, ...]) -> None:
    """Send commands in one packet and see that each was done; half the cost of a pipeline."""
    pool = client.connection_pool
    connection: Any = pool.get_connection()  # redis-py leaves most of it untyped
    try:
        connection.send_packed_command(connection.pack_commands(commands))
        for _ in commands:
            connection.read_response()
    except BaseException:
        connection.disconnect()  # answers may be under way that nobody is going to read
        raise
    finally:
        pool.release(connection)
