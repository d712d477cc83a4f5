"""The source that a release is built of: a copy of the checkout, and its wheel."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VERSION_LINE = re.compile(r'^__version__ = "(.*)"$', re.MULTILINE)
VERSION = re.compile(r"[0-9]+(\.[0-9]+)*((a|b|rc|\.post|\.dev)[0-9]+)*")  # as PEP 440 writes it
# What ends up in a wheel or a bundle, and what builds the pages. The rest may change freely.
NEEDED = (
    "api", "calypso", "workers", "web", "deploy", "docs/openapi.json",
    "hatch_build.py", "pyproject.toml", "constraints.txt", "README.md", "LICENSE",
)  # fmt: skip


@dataclass(frozen=True)
class Source:
    """A copy of the source: where it is, which version it builds, of which commit, from when."""

    folder: Path
    version: str
    commit: str
    at: int

    @property
    def built(self) -> str:
        """The time of the commit, as the manifest tells it."""
        return datetime.fromtimestamp(self.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def copy(into: Path, *, version: str | None = None, extra: Path | None = None) -> Source:
    """Copy the checkout as it is, not only as it is committed, and lay a folder over it.

    `version` replaces the version; `extra` is laid over the copy, such as one migration more.
    The commit says so when anything is not as it was committed.
    """
    if version is not None and not VERSION.fullmatch(version):
        raise SystemExit(f"{version!r} is no version: write it like 1.2.0 or 1.2.0rc1.")
    make_pages()
    listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *NEEDED)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            _copy_file(ROOT / name, into / name)
    shutil.copytree(ROOT / "api" / "ui", into / "api" / "ui", dirs_exist_ok=True)
    if extra is not None:
        shutil.copytree(extra, into, dirs_exist_ok=True)
    return Source(
        folder=into,
        version=_set_version(into / "calypso" / "__init__.py", version),
        commit=_commit(changed=extra is not None),
        at=int(os.environ.get("SOURCE_DATE_EPOCH") or git("log", "-1", "--format=%ct")),
    )


def wheel(source: Source, into: Path) -> Path:
    """Build the wheel of the source and return it; the same bytes for the same source."""
    # No isolation: what builds is pinned in constraints.txt and is in .venv already.
    words = ("wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(into))
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(source.at)}
    pip(*words, str(source.folder), environment=environment)
    return next(into.glob(f"calypso-{source.version}-*.whl"))


def make_pages() -> None:
    """Make api/ui, or leave it when it is current."""
    place = ROOT / "web" / "build.py"
    spec = importlib.util.spec_from_file_location("calypso_web_build", place)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{place} is missing.")
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    program.build()


def git(*words: str) -> str:
    """Return what git says of the checkout."""
    try:
        done = subprocess.run(["git", "-C", str(ROOT), *words], check=True, capture_output=True)  # noqa: S607
    except (OSError, subprocess.CalledProcessError) as failed:
        raise SystemExit(
            f"git {words[0]} failed in {ROOT}: a release is built in a checkout, with git."
        ) from failed
    return done.stdout.decode().strip("\n")


def pip(*words: str, environment: dict[str, str] | None = None) -> None:
    """Run this environment's pip; SystemExit when it fails, after it has said why."""
    program = [sys.executable, "-m", "pip", "--disable-pip-version-check", *words]
    if subprocess.run(program, env=environment, check=False).returncode:
        raise SystemExit(f"pip {words[0]} failed; what it said is above.")


def _copy_file(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)


def _set_version(place: Path, version: str | None) -> str:
    text = place.read_text(encoding="utf-8")
    if version is not None:
        text = VERSION_LINE.sub(f'__version__ = "{version}"', text)
        place.write_text(text, encoding="utf-8")
    found = VERSION_LINE.search(text)
    if found is None:
        raise SystemExit(f"{place} says no __version__.")
    return found[1]


def _commit(*, changed: bool) -> str:
    dirty = git("status", "--porcelain", "--", *NEEDED)
    return git("rev-parse", "HEAD") + ("-changed" if changed or dirty else "")
