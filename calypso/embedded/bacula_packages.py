"""Bacula's programs: those of installed packages, or fetched by apt-get and unpacked, as anybody.

Nothing is installed and no package's script runs; what is fetched is what apt has verified. A
folder of unpacked packages gets its name last, so that a fetch cut in the middle is made anew.
"""

import re
import shlex
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from calypso.embedded.apt import Apt, locked
from calypso.errors import Unavailable
from calypso.host.daemon import tell

PACKAGES = (
    "bacula-common",
    "bacula-common-pgsql",
    "bacula-console",
    "bacula-director",
    "bacula-director-pgsql",
    "bacula-fd",
    "bacula-sd",
)
INSTALLING = "apt-get install bacula-director-pgsql bacula-sd bacula-fd"
DAEMONS = ("bacula-dir", "bacula-sd", "bacula-fd")
TOOLS = ("bdirjson", "bsdjson", "bfdjson")
CONSOLE = "bconsole"  # for people; nothing of ours needs it
CHECK = "dbcheck"
ROUNDS = 6  # a library wants libraries, and those want some
_ABSENT = re.compile(r"^\s*(\S+) => not found", re.MULTILINE)

Pause = Callable[[float], None]


@dataclass(frozen=True)
class Programs:
    """Bacula below a folder: `/` where its packages are installed."""

    root: Path

    def program(self, name: str) -> Path:
        """Return the path of a daemon or tool."""
        return self.root / "usr" / "sbin" / name

    @property
    def schema(self) -> Path:
        """The SQL that makes a catalog."""
        return self._database / "install" / "pgsql"

    @property
    def upgrades(self) -> list[Path]:
        """The SQL that brings the catalog of an older Bacula up to theirs, in steps."""
        return [file for file in (self._database / "upgrade/pgsql").glob("*") if file.is_file()]

    @property
    def query_file(self) -> Path:
        """The director wants to be told where it is."""
        return self.root / "etc" / "bacula" / "scripts" / "query.sql"

    @property
    def libraries(self) -> Path:
        """Bacula's own libraries and plugins."""
        return self.root / "usr" / "lib" / "bacula"

    @property
    def encrypt_unasked(self) -> bool:
        """True when daemons make each other's password a key of TLS, as newer ones do."""
        return any(b"TLSPSK" in one.read_bytes() for one in self.libraries.glob("libbac-*.so"))

    @property
    def is_complete(self) -> bool:
        """True when every part is there that a director on PostgreSQL needs."""
        programs = [self.program(name) for name in (*DAEMONS, *TOOLS)]
        files = [*programs, self.schema, self.query_file]
        return all(file.is_file() for file in files) and self._catalog_library() is not None

    def linked(self, folder: Path) -> Path:
        """Fill a folder with links to Bacula's libraries, PostgreSQL's as that of the catalog.

        Which database a director speaks to is decided by the name of one library.
        """
        folder.mkdir(mode=0o755, exist_ok=True)
        for library in self.libraries.glob("*.so"):
            _link(folder / library.name, library.resolve())
        if (catalog := self._catalog_library()) is not None:
            _link(folder / catalog.name.replace("-postgresql", ""), catalog.resolve())
        return folder

    def library_path(self, linked: Path) -> str:
        """Return LD_LIBRARY_PATH for programs that use a folder of such links."""
        found = [
            str(folder)
            for place in ("usr/lib", "lib")
            for folder in sorted((self.root / place).glob("*-linux-gnu*"))
        ]
        return ":".join([str(linked), *(found if self.root != Path("/") else [])])

    def wrapped(self, folder: Path, linked: Path) -> Path:
        """Fill a folder with scripts of the programs' names that find those libraries."""
        folder.mkdir(mode=0o755, exist_ok=True)
        library_path = shlex.quote(self.library_path(linked))
        for name in (*DAEMONS, *TOOLS, CONSOLE, CHECK):
            program = shlex.quote(str(self.program(name)))
            text = f'#!/bin/sh\nLD_LIBRARY_PATH={library_path} exec {program} "$@"\n'
            _write_script(folder / name, text)
        return folder

    @property
    def _database(self) -> Path:
        return self.root / "usr/share/dbconfig-common/data/bacula-director-pgsql"

    def _catalog_library(self) -> Path | None:
        found = sorted(self.libraries.glob("libbaccats-postgresql-*.so"))
        return found[0] if found else None


def find(kept: Path, *, installed: Path = Path("/")) -> Programs | None:
    """Return installed programs, or those unpacked in a folder before; None when there are none."""
    here = Programs(installed)
    return here if here.is_complete else _unpacked(kept)


def fetch(kept: Path, env: Mapping[str, str], *, pause: Pause) -> Programs:
    """Fetch and unpack the packages into a folder; Unavailable, with the reason, where none can be.

    Of several that do so at once one fetches, and the others find what it has made.
    """
    kept.mkdir(mode=0o755, parents=True, exist_ok=True)
    with locked(kept / "lock", pause=pause):
        if (made := _unpacked(kept)) is not None:
            return made
        aside = kept / "fetching"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o755)
        try:
            return _fetched(kept, Apt(aside, env, pause=pause))
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def _unpacked(kept: Path) -> Programs | None:
    newest_first = sorted(kept.glob("bacula-*"), key=_release, reverse=True)
    return next((one for one in map(Programs, newest_first) if one.is_complete), None)


def _release(folder: Path) -> list[int]:
    """Return the numbers of a version, of which 15 comes after 9."""
    return [int(number) for number in re.findall(r"\d+", folder.name)]


def _fetched(kept: Path, apt: Apt) -> Programs:
    release = apt.unpack(PACKAGES)["bacula-common"]
    programs = Programs(apt.root)
    if not programs.is_complete:
        raise Unavailable("The packages of Bacula that apt-get has are not laid out as known.")
    linked = programs.linked(apt.folder / "linked")
    complete(apt, partial(_absent, programs, linked))
    return Programs(apt.root.rename(kept / f"bacula-{release}"))


def complete(apt: Apt, absent: Callable[[], set[str]]) -> None:
    """Unpack the packages of libraries that this machine has not; Unavailable, naming the rest."""
    tried: set[str] = set()
    for _ in range(ROUNDS):
        new = absent() - tried
        for library in sorted(new):
            apt.try_to_unpack(names_of(library))
        tried |= new
        if not new:
            break
    if missing := absent():
        raise Unavailable(f"Bacula needs libraries that are not here: {', '.join(sorted(missing))}")


def names_of(library: str) -> Iterable[str]:
    """Return how Debian may call the package of a library, by its own rule for such names."""
    name, _, release = library.partition(".so.")
    name = name.lower().replace("_", "-")
    package = f"{name}-{release}" if name[-1].isdigit() else f"{name}{release}"
    return package, f"{package}t64"


def _absent(programs: Programs, linked: Path) -> set[str]:
    files = [programs.program(name) for name in (*DAEMONS, CONSOLE)]
    env = {"PATH": "/usr/bin:/bin", "LD_LIBRARY_PATH": programs.library_path(linked)}
    return set(_ABSENT.findall(tell(["ldd", *files], env=env).stdout))


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    aside = link.with_name(f"{link.name}.new")
    aside.unlink(missing_ok=True)
    aside.symlink_to(target)
    aside.rename(link)


def _write_script(file: Path, text: str) -> None:
    """Write a program that anybody may run, whole or not at all."""
    aside = file.with_name(f"{file.name}.new")
    aside.write_text(text, encoding="utf-8")
    aside.chmod(0o755)
    aside.rename(file)
