"""PostgreSQL's client programs, for whoever keeps a database safe.

The password stands in a private file: in no argv, and in no environment.
"""

import fcntl
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pydantic import SecretStr

from calypso.errors import InUse, Misconfigured
from calypso.host import Host, Ran
from calypso.models.database import libpq

DUMP_S = 24 * 3600.0
LOCK_MS = 60_000
CONNECT_S = 10
PARTIAL = ".partial"
DEBIAN = Path("/usr/lib/postgresql")  # one folder for each release that is installed


class Why(Enum):
    """What stopped a client program, as far as its words are known."""

    OLDER = r"server version mismatch|unsupported version \([\d.]+\) in file header"
    FORBIDDEN = r"permission denied|may lack SELECT privilege|must be owner"
    FULL = r"No space left on device"
    LOCKED = r"canceling statement due to"
    AWAY = r"connection to server|could not connect|server closed|terminating connection"
    DAMAGED = (
        r"could not (?:read from|uncompress|decompress)|unexpected end of file|"
        r"does not appear to be a valid archive|corrupt|input file is too short"
    )

    @classmethod
    def of(cls, said: str) -> "Why | None":
        """Return why a program or the server refused; None when its words are not known."""
        return next((why for why in cls if re.search(why.value, said)), None)


@dataclass(frozen=True)
class Client:
    """The client programs on one host, for one database. `programs`: their folder."""

    host: Host
    url: SecretStr
    programs: Path | None = None

    def program(self, name: str) -> str | None:
        """Return where a program is: in the folder named, else the newest, else on PATH."""
        if self.programs is not None:
            return self.host.which(str(self.programs / name))
        newest_first = sorted(DEBIAN.glob("[0-9]*"), key=_release, reverse=True)
        here = (self.host.which(str(folder / "bin" / name)) for folder in newest_first)
        return next((path for path in here if path), None) or self.host.which(name)

    def run(
        self,
        argv: Sequence[str],
        *,
        private: Path,
        step: Callable[[], None] = lambda: None,
    ) -> Ran:
        """Run a program that signs in to the database; `step` is called about once a second.

        `private`: a folder that only this user may enter, gone when the run is over.
        """
        address, password = self._parts()
        env = self._signed_in(password, private)
        words = [*argv, "--no-password", f"--dbname={address}"]
        (ran,) = self.host.pipe([words], timeout_s=DUMP_S, on_beat=step, env=env)
        return ran

    def connect(self) -> psycopg.Connection[Any]:
        """Open a connection of our own: one transaction, committed when it is left in order."""
        address, password = self._parts()
        given: dict[str, Any] = {"connect_timeout": CONNECT_S, **conninfo_to_dict(address)}
        return psycopg.connect(make_conninfo(**{**given, "password": password}))

    def _parts(self) -> tuple[str, str | None]:
        try:
            told: dict[str, Any] = dict(conninfo_to_dict(libpq(self.url.get_secret_value())))
        except psycopg.ProgrammingError as wrong:
            raise Misconfigured("The address of the database cannot be read.") from wrong
        if told.get("sslpassword"):
            raise Misconfigured(
                "The address of the database has an sslpassword, which a program would show to "
                "everybody on this machine. Name a key without one in sslkey."
            )
        password = told.pop("password", None)
        return make_conninfo(**told), password

    def _signed_in(self, password: str | None, private: Path) -> dict[str, str]:
        """Return what lets a program in; without a password it has its own ways."""
        if password is None:
            return {}
        marked = password.replace("\\", "\\\\").replace(":", "\\:")
        file = private / "database-password"
        self.host.write_text(file, f"*:*:*:*:{marked}\n", mode=0o600)
        return {"PGPASSFILE": str(file)}


@contextmanager
def aside(target: Path) -> Iterator[Path]:
    """Have a file made under another name, and given its own when it is whole and on the disk.

    Only its owner may read it. InUse while somebody else makes the same one.
    """
    part = target.with_name(f".{target.name}{PARTIAL}")
    with alone(part):
        try:
            yield part
            flush(part)
            part.rename(target)
            flush(target.parent)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def alone(path: Path) -> Iterator[Path]:
    """Hold a file, made when it is not there, against others who ask the same; else InUse.

    OSError where a symbolic link lies: what it leads to is somebody else's.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        if not _is_ours(path, handle):
            raise InUse(f"Somebody else writes {path} now. Wait for them.")
        yield path
    finally:
        os.close(handle)


def _is_ours(path: Path, handle: int) -> bool:
    """Lock a file; False when another has it, or had it and has given it another name since."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return path.stat().st_ino == os.fstat(handle).st_ino
    except (BlockingIOError, FileNotFoundError):
        return False


def flush(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _release(folder: Path) -> float:
    return float(folder.name) if re.fullmatch(r"[\d.]+", folder.name) else 0.0
