"""Programs over file trees, for every storage product: their argv, and what they answer."""

import json
import sys
from pathlib import Path
from typing import Any

_PROGRAM = Path(__file__).parent / "directory" / "stream.py"


def tree_argv(verb: str, *arguments: str | Path) -> list[str]:
    """Return the argv of a tree program; it needs nothing but this Python."""
    return [sys.executable, "-I", "-S", str(_PROGRAM), verb, *map(str, arguments)]


def checksum_argv(path: str | Path) -> list[str]:
    """Return the argv that digests the tree mounted at `path`; see `Storage.checksum`."""
    return tree_argv("checksum", path)


def read_checksum(stdout: str) -> str:
    """Return the 64 hex digits a checksum program printed."""
    return str(read_answer(stdout)["digest"])


def read_answer(stdout: str) -> dict[str, Any]:
    """Return what a tree program answered, its last line."""
    told: dict[str, Any] = json.loads(stdout.strip().rpartition("\n")[2] or "{}")
    return told
