"""A new configuration on trial: put beside the one in force, and checked by the daemon itself.

The appliance's resources stand in `calypso.conf`, which the director's own file reads in, so that
nothing that somebody wrote there by hand is touched. What the programs print may hold passwords:
it stays out of every log.
"""

import re
from pathlib import Path

from calypso.drivers.backup.rendering.reading import Found, read
from calypso.drivers.backup.rendering.resources import Secrets
from calypso.drivers.backup.rendering.text import include
from calypso.errors import CommandFailed, Misconfigured
from calypso.host import Host

DIRECTOR, OURS, STAGED = "bacula-dir.conf", "calypso.conf", "staged-"
CHECK_S = 60.0
PRIVATE = 0o600
TWICE = re.compile(r'Attempt to define second "(\w+)" resource named "([^"]+)"')
_ERROR = re.compile(r"(?:Config error: *|ERROR TERMINATION\n)(\S[^\n]*)")
# A directive in any spelling that the parser takes: it passes over blanks and capitals.
_PASSWORD = re.compile(r"(?i)(p\s*a\s*s\s*s\s*w\s*o\s*r\s*d\s*=).*")


def reads_ours(host: Host, etc: Path) -> str:
    """Return what the director's own file says; Misconfigured unless it reads ours in."""
    director, ours = etc / DIRECTOR, etc / OURS
    whole, line = text_of(host, director), include(str(ours))
    if line not in whole:
        raise Misconfigured(f"{director} does not read in {ours}. Add the line {line.strip()}")
    return whole


def stage(host: Host, etc: Path, text: str) -> Path:
    """Write resources beside those in force and return a director's configuration with them.

    Misconfigured when the director's own file does not read ours in. Both belong to whom the
    director runs as, and twice is as good as once.
    """
    whole = reads_ours(host, etc)
    director, ours = etc / DIRECTOR, etc / OURS
    staged, resources = etc / f"{STAGED}{DIRECTOR}", etc / f"{STAGED}{OURS}"
    write(host, resources, text, like=director)
    line = include(str(ours))
    write(host, staged, whole.replace(line, include(str(resources))), like=director)
    return staged


def complaint(host: Host, programs: Path, config: Path) -> str | None:
    """Return what the director says against a configuration; None when it takes it.

    It looks into its catalog too, so a database that is away is a complaint.
    """
    code, said = _said(host, [str(programs / "bacula-dir"), "-t", "-c", str(config)])
    if code == 0:
        return None
    return without_passwords(said).strip() or f"bacula-dir -t ended with {code}"


def configured(host: Host, programs: Path, config: Path, secrets: Secrets) -> Found:
    """Return what a director's configuration says, and what of it goes beyond ours."""
    code, printed = _said(host, [str(programs / "bdirjson"), "-c", str(config)])
    if code != 0:  # what it printed before it failed may hold passwords
        raise CommandFailed(f"bdirjson cannot read {config}: exit status {code}.")
    return read(printed, secrets)


def sentence(said: str) -> str:
    """Return the line of a complaint that says what is wrong."""
    found = _ERROR.search(said)
    return found[1].strip() if found else said.strip().partition("\n")[0]


def without_passwords(said: str) -> str:
    """Return a text that quotes lines of a configuration, without what stands for a password."""
    return _PASSWORD.sub(r"\1 …", said)


def text_of(host: Host, file: Path) -> str:
    """Return what a file says; Misconfigured when the worker cannot read it."""
    try:
        return host.read_text(file)
    except (OSError, UnicodeDecodeError) as wrong:
        raise Misconfigured(f"{file} cannot be read: {_why(wrong)}.") from wrong


def write(host: Host, file: Path, text: str, *, like: Path) -> None:
    """Write a private file for the owner of another one; Misconfigured when that cannot be."""
    try:
        host.write_text(file, text, mode=PRIVATE)
    except OSError as wrong:
        raise Misconfigured(f"{file} cannot be written: {_why(wrong)}.") from wrong
    owned = host.run(["chown", f"--reference={like}", str(file)], timeout_s=CHECK_S)
    if not owned.ok:
        raise CommandFailed(f"{file} cannot be given to the director: {owned.complaint}")


def _said(host: Host, argv: list[str]) -> tuple[int, str]:
    """Run a program and return (exit code, what it printed), which no log has."""
    lines: list[str] = []

    def hear(line: str) -> bool:
        lines.append(line)
        return True

    code = host.stream(argv, timeout_s=CHECK_S, on_line=hear).code
    return code, "\n".join(lines)


def _why(wrong: OSError | UnicodeDecodeError) -> str:
    return wrong.strerror or "" if isinstance(wrong, OSError) else "it is not in UTF-8"
