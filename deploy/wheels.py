"""The wheels of everything that Calypso needs, for each Python that a release serves.

Which those are is read from what is installed beside this program, as `make setup` installed it,
with the conditions of each requirement judged for the Python in question and not for ours. Wheels
are kept in a folder outside the checkout, for each content of constraints.txt.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from calypso.drivers.system.bundle import digest
from deploy.source import ROOT, pip

PYTHONS = ("3.11", "3.12", "3.13")  # Debian 12, Ubuntu 24.04, Debian 13
# The oldest C library that a target has is 2.36; wheels for any before it run there.
GLIBC_MINOR = range(36, 4, -1)
CONSTRAINTS = ROOT / "constraints.txt"
# What installs the others on the target: no system's pip is needed there.
INSTALLER = "pip"
# A release cannot be added to: what a setting may ask for is in it.
EXTRAS = frozenset({"otel"})


def needed(python: str) -> Mapping[str, str]:
    """Return the version of each package that Calypso needs under a Python, by name."""
    found: dict[str, str] = {}
    waiting = [("calypso", EXTRAS), (INSTALLER, frozenset[str]())]
    seen = set(waiting)
    while waiting:
        name, extras = waiting.pop()
        found[name] = _distribution_version(name, python)
        for wanted in _requirements(name, extras, python):
            one = (canonicalize_name(wanted.name), frozenset(wanted.extras))
            if one not in seen:
                seen.add(one)
                waiting.append(one)
    del found["calypso"]
    return found


def requires(name: str, python: str) -> list[str]:
    """Return the names of what a package needs under a Python, as a release has it."""
    extras = EXTRAS if name == "calypso" else ()
    return sorted({canonicalize_name(one.name) for one in _requirements(name, extras, python)})


def collect(into: Path) -> Mapping[str, Sequence[Path]]:
    """Copy all wheels into a folder, fetching what is not kept; return those for each Python."""
    kept = folder()
    kept.mkdir(parents=True, exist_ok=True)
    with (kept / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two builds at a time share what they fetch
        return _collect(kept, into)


def pins(wheels: Sequence[Path]) -> str:
    """Return these wheels as requirements with hashes, for `pip install --require-hashes`."""
    lines = []
    for wheel in wheels:
        name, version, _, _ = parse_wheel_filename(wheel.name)
        lines.append(f"{name}=={version} --hash=sha256:{digest(wheel)}\n")
    return "".join(sorted(lines))


def folder() -> Path:
    """Return where wheels are kept for this content of constraints.txt."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    top = Path(os.environ.get("CALYPSO_WHEELS_DIR") or cache / "calypso-wheels")
    return top / hashlib.sha256(CONSTRAINTS.read_bytes()).hexdigest()[:16]


def _collect(kept: Path, into: Path) -> Mapping[str, Sequence[Path]]:
    found: dict[str, Sequence[Path]] = {}
    for python in PYTHONS:
        names = _fetched(kept / python, needed(python), python)
        found[python] = [into / name for name in names]
        for name in names:
            shutil.copy2(kept / python / name, into / name)
    return found


def _fetched(kept: Path, versions: Mapping[str, str], python: str) -> list[str]:
    """Return the names of the wheels, which are in `kept` then: all, or the call has failed."""
    wanted = "".join(sorted(f"{name}=={version}\n" for name, version in versions.items()))
    stamp = kept / "complete.txt"
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir()
        _fetch(wanted.split(), kept, python)
        stamp.write_text(wanted)
    return sorted(path.name for path in kept.glob("*.whl"))


def _fetch(wanted: Sequence[str], kept: Path, python: str) -> None:
    print(f"Fetching {len(wanted)} wheels for Python {python}", flush=True)
    platforms = [f"--platform=manylinux_2_{minor}_x86_64" for minor in GLIBC_MINOR]
    pip(
        "download", "--quiet", "--no-deps", "--only-binary=:all:", f"--dest={kept}",
        f"--python-version={python}", "--implementation=cp", *platforms, *wanted,
    )  # fmt: skip


def _requirements(
    name: str, extras: Sequence[str] | frozenset[str], python: str
) -> Iterator[Requirement]:
    """Return what a package, with these extras, needs under a Python."""
    there = {"python_version": python, "python_full_version": f"{python}.0", "os_name": "posix"}
    for line in distribution(name).requires or []:
        wanted = Requirement(line)
        if wanted.marker is None or any(
            wanted.marker.evaluate({**there, "extra": extra}) for extra in ("", *extras)
        ):
            yield wanted


def _distribution_version(name: str, python: str) -> str:
    try:
        return distribution(name).version
    except PackageNotFoundError as missing:
        raise SystemExit(
            f"Python {python} needs {name}, which is not installed here, so its version is not "
            "known. Add it to the requirements in pyproject.toml and run make setup."
        ) from missing
