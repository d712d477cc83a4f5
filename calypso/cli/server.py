"""Which API the command line talks to, and as whom: tokens in a file only their owner reads."""

import json
import os
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from calypso import config
from calypso.drivers.system.layout import Layout
from calypso.embedded import administrator, record
from calypso.embedded.keys import write_private
from calypso.embedded.listening import parse
from calypso.errors import Unavailable

NO_CHECK_TIME = ssl.VerifyFlags(0x200000)  # X509_V_FLAG_NO_CHECK_TIME, which ssl does not name
Session = dict[str, str]  # user, access_token, refresh_token


@dataclass(frozen=True)
class Place:
    """What was asked for on the command line: a server, or the directory of a local `up`."""

    server: str | None = None
    data: Path | None = None

    @property
    def directory(self) -> Path:
        """The data directory of the local `up` in question."""
        return (self.data or record.default_data()).resolve()

    @property
    def _service(self) -> str | None:
        """The API that is installed here as a service, where no `up` comes before it."""
        if self.data is not None or record.find(self.directory) is not None:
            return None
        return installed()

    @property
    def url(self) -> str:
        """The address of the API; Unavailable when none was named and none runs here."""
        if self.server:
            return self.server.rstrip("/")
        running = record.find(self.directory)
        if running is not None and running.url:
            return running.url
        if service := self._service:
            return service
        raise Unavailable(
            f"No `calypso up` runs on {self.directory}. Start one, or name an API with "
            "--server URL or CALYPSO_SERVER."
        )

    def trusted(self) -> ssl.SSLContext | bool:
        """Return what an API must prove: to be the one installed here, or what the world trusts."""
        certificate = None if self.server else config.load().tls_certificate
        if certificate is None:
            return True
        own = ssl.create_default_context(cafile=certificate)
        # It is this one certificate, whatever names are in it, and whatever its dates: on the day
        # it expires, this machine must still be upgraded, gone back on, and looked after.
        own.check_hostname = False
        own.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN | NO_CHECK_TIME
        return own

    def first_password(self) -> tuple[str, str] | None:
        """Return (name, password) of this machine's first administrator, to who may read it."""
        if self.server:
            return None
        state = Layout(config.load().root).state if self._service else self.directory
        try:
            kept = (state / administrator.FILE).read_text(encoding="utf-8")
        except OSError:
            return None
        return administrator.NAME, kept.strip()


class Sessions:
    """Signed-in sessions by address of the API; a file of mode 0600."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file or _default_file()

    def get(self, url: str) -> Session | None:
        """Return the session with an API, or None."""
        found: Session | None = self._read().get(url)
        return found

    def put(self, url: str, session: Session) -> None:
        """Keep a session in place of an earlier one."""
        self._write({**self._read(), url: session})

    def drop(self, url: str) -> None:
        """Forget a session; nothing happens when there is none."""
        kept = self._read()
        if kept.pop(url, None) is not None:
            self._write(kept)

    def _read(self) -> dict[str, Any]:
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}  # signing in anew is all it takes
        return kept if isinstance(kept, dict) else {}

    def _write(self, kept: dict[str, Any]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(self._file, json.dumps(kept, indent=1) + "\n")


def installed() -> str | None:
    """Return the address of the API that is installed on this machine as a service, or None."""
    settings = config.load()
    if "listen" not in settings.model_fields_set:
        return None
    listen = parse(settings.listen)
    if settings.tls_certificate is None:
        return listen.url
    return listen.url.replace("http:", "https:")


def _default_file() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "calypso" / "sessions.json"
