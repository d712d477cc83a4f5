"""What an `up` tells clients and its own successor: `up.json` in its data directory."""

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from calypso.embedded.places import USER, postgres_address, redis_address
from calypso.host.scope import is_alive

FILE = "up.json"


@dataclass(frozen=True)
class ChildRecord:
    """One child. `started` is in clock ticks since boot, so that its pid means it alone."""

    name: str
    pid: int
    started: int

    @property
    def is_alive(self) -> bool:
        """True while this very process runs."""
        return is_alive(self.pid, self.started)


@dataclass(frozen=True)
class Running:
    """An `up` and what it runs. Ports are None for servers that are not its own."""

    pid: int
    started: int
    url: str
    boot_id: str
    postgres_port: int | None = None
    redis_port: int | None = None
    children: Sequence[ChildRecord] = ()

    @property
    def is_alive(self) -> bool:
        """True while this very `up` runs."""
        return is_alive(self.pid, self.started)


def write(data: Path, running: Running) -> None:
    """Replace the record; readers see the old one or the new one, never half of one."""
    aside = data / f"{FILE}.new"
    aside.write_text(json.dumps(asdict(running), indent=1) + "\n", encoding="utf-8")
    aside.rename(data / FILE)


def read(data: Path) -> Running | None:
    """Return the last record, whether that `up` still runs or not; None when there is none."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        kept = json.loads((data / FILE).read_text(encoding="utf-8"))
        children = tuple(ChildRecord(**child) for child in kept.pop("children"))
        return Running(**kept, children=children)
    return None


def forget(data: Path) -> None:
    """Remove the record."""
    (data / FILE).unlink(missing_ok=True)


def find(data: Path) -> Running | None:
    """Return the `up` that runs on a data directory now, or None."""
    running = read(data)
    return running if running is not None and running.is_alive else None


def addresses(data: Path, running: Running) -> dict[str, str]:
    """Return the settings that lead to an `up`'s own servers; for those who may read them."""
    found = {}
    with suppress(OSError):
        if (port := running.postgres_port) is not None:
            found["CALYPSO_DATABASE_URL"] = postgres_address(data / "postgres", port, USER)
        if (port := running.redis_port) is not None:
            found["CALYPSO_REDIS_URL"] = redis_address(data / "redis", port)
    return found


def default_data() -> Path:
    """Return where `up` keeps everything unless told otherwise."""
    if os.geteuid() == 0:
        return Path("/var/lib/calypso")
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "calypso"
