"""Programs over file trees, for every storage product: their argv, and what they answer."""

import json
import sys
from pathlib import Path
from typing import Any

from calypso.drivers.storage import (
    BaseMissing,
    NotPermitted,
    OutOfSpace,
    StorageError,
    StreamBroken,
)
from calypso.host import Ran

KINDS: dict[str, type[StorageError]] = {
    "out_of_space": OutOfSpace,
    "not_permitted": NotPermitted,
    "broken": StreamBroken,
    "reader_gone": StreamBroken,
    "base": BaseMissing,
}
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


def read_failure(ran: Ran) -> StorageError:
    """Return the refusal a failed program means."""
    if (told := told_failure(ran)) is not None:
        kind, text = told
        return KINDS.get(kind, StorageError)(f"{text[:1].upper()}{text[1:]}.", original=text)
    if ran.code < 0:
        return StreamBroken(f"A copying process was killed (signal {-ran.code}).")
    return StorageError(
        f"A copying process ended with status {ran.code}: {ran.complaint}", original=ran.stderr
    )


def told_failure(ran: Ran) -> tuple[str, str] | None:
    """Return what kind of failure a program named last, and its words."""
    for line in reversed(ran.stderr.splitlines()):
        word, _, rest = line.partition("\t")
        if word == "error":
            kind, _, text = rest.partition("\t")
            return kind, text
    return None
