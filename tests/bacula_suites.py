"""Bacula of another suite of Debian than this machine's, run by that suite's own loader.

Its packages are unpacked, and so are the libraries they need, the C library first; each program
then becomes a script that starts it so. To all others they look like programs of this machine.
"""

import re
import shutil
import time
from functools import partial
from pathlib import Path

from calypso.embedded import bacula_packages as packages
from calypso.embedded.apt import Apt, locked
from calypso.embedded.bacula_packages import Programs
from calypso.errors import Unavailable
from calypso.host.daemon import tell

# The C library brings the loader; the other two have packages that are not named after them.
FIRST = ("libc6", "libssl3t64", "zlib1g")
NOWHERE = Path("/nonexistent")
SOURCE = """\
Types: deb
URIs: {mirror}
Suites: {suite}
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""
CONFIG = """\
Dir::Etc::SourceList "{folder}/{suite}.sources";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State::Lists "{folder}/none";
Dir::State::Status "/dev/null";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Acquire::Languages "none";
"""
# Its libraries are told to the loader alone: what the program starts is of this machine.
SCRIPT = """\
#!/bin/sh
here=${{0%/usr/sbin/*}}/foreign
exec "$here"/lib/ld-linux*.so.* --inhibit-cache --library-path "$LD_LIBRARY_PATH:$here/lib" \\
    --argv0 "$0" "$here/bin/{name}" "$@"
"""
_ABSENT = re.compile(r"^\s*(\S+) => not found", re.MULTILINE)


def fetch(kept, suite):
    """Return a suite's programs, kept below a folder; Unavailable, with the reason, where not."""
    kept.mkdir(mode=0o755, parents=True, exist_ok=True)
    with locked(kept / "lock", pause=time.sleep):
        if (made := packages.find(kept, installed=NOWHERE)) is not None:
            return made
        aside = kept / "fetching"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o755)
        try:
            root, release = _unpacked(aside, suite)
            return Programs(root.rename(kept / f"bacula-{release}"))
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def _unpacked(folder, suite):
    """Unpack all that a suite's Bacula needs; returns where, and its version."""
    apt = Apt(folder, {"APT_CONFIG": str(_only(suite, folder))}, pause=time.sleep)
    release = apt.unpack((*packages.PACKAGES, *FIRST))["bacula-common"]
    (libraries,) = apt.root.glob("usr/lib/*-linux-gnu")
    packages.complete(apt, partial(_absent, apt.root, libraries))
    _make_scripts(apt.root, libraries)
    return apt.root, release


def _only(suite, folder):
    """Write what makes apt see that suite alone, on the mirror of this machine."""
    told = tell(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages",
         "Label: Debian"]
    )  # fmt: skip
    mirrors = sorted(set(told.stdout.split()))
    if not mirrors:
        raise Unavailable("apt knows no mirror of Debian here; run apt-get update.")
    source = SOURCE.format(mirror=mirrors[0], suite=suite)
    (folder / f"{suite}.sources").write_text(source, encoding="ascii")
    config = folder / "apt.conf"
    config.write_text(CONFIG.format(folder=folder, suite=suite), encoding="ascii")
    return config


def _absent(root, libraries):
    """Return the libraries that the programs want and that suite's loader does not find."""
    (loader,) = libraries.glob("ld-linux*.so.*")
    path = f"{root / 'usr/lib/bacula'}:{libraries}"
    start = [loader, "--inhibit-cache", "--library-path", path]
    # With that variable all that is absent is told, not only the first.
    told = [
        tell([*start, file], env={"LD_TRACE_LOADED_OBJECTS": "1"}).stdout
        for file in _programs(root)
    ]
    return set(_ABSENT.findall("\n".join(told)))


def _make_scripts(root, libraries):
    foreign = root / "foreign"
    (foreign / "bin").mkdir(parents=True)
    libraries.rename(foreign / "lib")
    for program in _programs(root):
        program.rename(foreign / "bin" / program.name)
        program.write_text(SCRIPT.format(name=program.name), encoding="ascii")
        program.chmod(0o755)


def _programs(root):
    return [file for file in (root / "usr" / "sbin").iterdir() if not file.is_symlink()]
