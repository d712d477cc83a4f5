"""A new configuration on trial: put beside the one in force, and checked by the daemon itself.

The appliance's resources stand in `calypso.conf`, which the director's own file reads in, so that
nothing that somebody wrote there by hand is touched.
"""

from pathlib import Path

from calypso.drivers.backup.rendering.reading import Found, read
from calypso.drivers.backup.rendering.resources import Secrets
from calypso.drivers.backup.rendering.text import include
from calypso.errors import CommandFailed, Misconfigured
from calypso.host import Host

DIRECTOR, OURS, STAGED = "bacula-dir.conf", "calypso.conf", "staged-"
CHECK_S = 60.0
PRIVATE = 0o600


def stage(host: Host, etc: Path, text: str) -> Path:
    """Write resources beside those in force and return a director's configuration with them.

    Misconfigured when the director's own file does not read ours in. Both belong to whom the
    director runs as, and twice is as good as once.
    """
    director, ours = etc / DIRECTOR, etc / OURS
    whole, line = host.read_text(director), include(str(ours))
    if line not in whole:
        raise Misconfigured(f"{director} does not read in {ours}. Add the line {line.strip()}")
    staged, resources = etc / f"{STAGED}{DIRECTOR}", etc / f"{STAGED}{OURS}"
    _write(host, resources, text, like=director)
    _write(host, staged, whole.replace(line, include(str(resources))), like=director)
    return staged


def complaint(host: Host, programs: Path, config: Path) -> str | None:
    """Return what the director says against a configuration; None when it takes it.

    It looks into its catalog too, so a database that is away is a complaint.
    """
    ran = host.run([str(programs / "bacula-dir"), "-t", "-c", str(config)], timeout_s=CHECK_S)
    if ran.ok:
        return None
    return (ran.stdout + ran.stderr).strip() or f"bacula-dir -t ended with {ran.code}"


def configured(host: Host, programs: Path, config: Path, secrets: Secrets) -> Found:
    """Return what a director's configuration says, and what of it goes beyond ours."""
    argv = [str(programs / "bdirjson"), "-c", str(config)]
    ran = host.run(argv, timeout_s=CHECK_S)
    if not ran.ok:  # what it printed before it failed may hold passwords
        raise CommandFailed(f"bdirjson cannot read {config}: exit status {ran.code}.")
    return read(ran.stdout, secrets)


def _write(host: Host, file: Path, text: str, *, like: Path) -> None:
    host.write_text(file, text, mode=PRIVATE)
    owned = host.run(["chown", f"--reference={like}", str(file)], timeout_s=CHECK_S)
    if not owned.ok:
        raise CommandFailed(f"{file} cannot be given to the director: {owned.complaint}")
