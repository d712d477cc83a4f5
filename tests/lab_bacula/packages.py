"""Bacula's programs for the tests: Debian's packages, unpacked beside the system, not installed."""

import fcntl
import os
import re
import shutil
from pathlib import Path

from calypso.host.daemon import tell

PACKAGES = (
    "bacula-director",
    "bacula-common",
    "bacula-common-pgsql",
    "bacula-director-pgsql",
    "bacula-sd",
    "bacula-fd",
    "libwrap0",
    "liblzo2-2",
)
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


class PackagesMissing(Exception):
    """They cannot be had here; the text says why."""


def home():
    """Where unpacked packages are kept: by version, shared by all checkouts."""
    if named := os.environ.get("CALYPSO_TEST_BACULA_CACHE"):
        return Path(named)
    cache = Path("/var/cache") if os.geteuid() == 0 else Path.home() / ".cache"
    return cache / "calypso-bacula"


def unpacked():
    """Return the folder of the unpacked packages, fetched at the first time."""
    home().mkdir(parents=True, exist_ok=True)
    with (home() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        version = _version()
        folder = home() / version
        if not folder.exists():
            _fetch(folder)
        return folder


def _version():
    told = tell(["apt-cache", "policy", "bacula-director"], env=ENVIRONMENT)
    found = re.search(r"Candidate: (\d\S*)", told.stdout)
    if found is None:
        raise PackagesMissing(f"apt knows no bacula-director: {told.stderr or told.stdout}")
    return re.sub(r"[^0-9A-Za-z.+~-]", "_", found[1])


def _fetch(folder):
    aside = folder.with_suffix(".new")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    told = tell(["apt-get", "download", *PACKAGES], cwd=aside, env=ENVIRONMENT)
    if told.code:
        raise PackagesMissing(f"apt-get download failed: {told.stderr.strip()[-500:]}")
    for package in sorted(aside.glob("*.deb")):
        if tell(["dpkg", "-x", str(package), str(aside / "sys")], env=ENVIRONMENT).code:
            raise PackagesMissing(f"{package.name} cannot be unpacked")
    aside.rename(folder)


def linked(programs, folder):
    """Make the folder of libraries in which the catalog is PostgreSQL's; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    for library in (programs / "sys/usr/lib/bacula").glob("*.so"):
        if not re.fullmatch(r"libbaccats-[\d.]+\.so", library.name):
            (folder / library.name).symlink_to(library)
    catalog = next((programs / "sys/usr/lib/bacula").glob("libbaccats-postgresql-*.so"))
    (folder / catalog.name.replace("postgresql-", "")).symlink_to(catalog)
    return folder
