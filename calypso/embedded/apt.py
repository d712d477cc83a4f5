"""Packages of Debian unpacked into a folder: fetched and verified by apt-get, never installed."""

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from calypso.errors import Unavailable
from calypso.host.daemon import Daemon, tell

LIMIT_S = 120.0  # of one apt-get
NETWORK_S = 10
LOOK_S = 0.05
UNKNOWN = ("Unable to locate package", "No packages found", "no installation candidate")
OPTIONS = (
    "APT::Sandbox::User=root",  # for ourselves: the folder belongs to us
    "Acquire::Retries=1",
    f"Acquire::http::Timeout={NETWORK_S}",
    f"Acquire::https::Timeout={NETWORK_S}",
)

Pause = Callable[[float], None]


class Apt:
    """apt-get, working in a folder; `root` below it is where packages are unpacked."""

    def __init__(self, folder: Path, env: Mapping[str, str], *, pause: Pause) -> None:
        self.folder, self.root = folder, folder / "root"
        self._env = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive", **env}
        self._pause = pause
        self._options = list(OPTIONS)
        self.root.mkdir(mode=0o755)

    def unpack(self, packages: Sequence[str]) -> dict[str, str]:
        """Fetch and unpack packages and return name → version; Unavailable when it cannot be."""
        said = self._get("download", *packages)
        if said is not None and any(words in said for words in UNKNOWN):
            self._read_lists()
            said = self._get("download", *packages)
        if said is not None:
            raise Unavailable(f"apt-get cannot fetch {packages[0]}: {_last_line(said)}")
        return self._unpacked()

    def try_to_unpack(self, names: Iterable[str]) -> None:
        """Fetch and unpack the first of these packages that there is, if any."""
        for name in names:
            if self._get("download", name) is None:
                self._unpacked()
                return

    def _read_lists(self) -> None:
        """Have lists of packages of our own, where the machine has none or old ones."""
        lists, archives = self.folder / "lists", self.folder / "cache"
        for folder in (lists / "partial", archives / "archives" / "partial"):
            folder.mkdir(parents=True)
        self._options += [f"Dir::State::Lists={lists}", f"Dir::Cache={archives}"]
        if (said := self._get("update")) is not None:
            raise Unavailable(f"apt-get cannot read which packages there are: {_last_line(said)}")

    def _get(self, *words: str) -> str | None:
        """Run apt-get; None when it did it, else what it said."""
        program = shutil.which("apt-get", path=self._env.get("PATH"))
        if program is None:
            raise Unavailable("There is no apt-get here to fetch packages with.")
        log = self.folder / "apt.log"
        log.unlink(missing_ok=True)
        options = [word for option in self._options for word in ("-o", option)]
        argv = [program, "-q", "-y", *options, *words]
        daemon = Daemon("apt-get", argv, log=log, env=self._env, cwd=self.folder)
        daemon.start()
        try:
            ended = _wait(daemon, self._pause)
        finally:
            daemon.stop(grace_s=1)
        if not ended:
            return f"{daemon.tail()}\nit was not done after {LIMIT_S:g} s"
        return daemon.tail(20000) if daemon.exit_code() else None

    def _unpacked(self) -> dict[str, str]:
        """Unpack what was fetched, and remove the packages themselves."""
        found = {}
        for package in sorted(self.folder.glob("*.deb")):
            unpacked = tell(["dpkg-deb", "-x", package, self.root], env=self._env)
            if unpacked.code:
                said = _last_line(unpacked.stderr)
                raise Unavailable(f"{package.name} cannot be unpacked: {said}")
            name, version, _ = package.name.split("_")
            found[name] = version
            package.unlink()
        return found


@contextmanager
def locked(file: Path, *, pause: Pause) -> Iterator[None]:
    """Hold a file's lock; waits for whoever has it."""
    with file.open("a") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                pause(LOOK_S)
        yield


def _wait(daemon: Daemon, pause: Pause) -> bool:
    deadline = time.monotonic() + LIMIT_S
    while daemon.exit_code() is None:
        if time.monotonic() > deadline:
            return False
        pause(LOOK_S)
    return True


def _last_line(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
