"""Several renames that happen all or, after a crash, all at the next look: an intent on disk."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

INTENT = "intent.json"
Move = tuple[Path, Path]


def commit(pool: Path, moves: Sequence[Move]) -> None:
    """Do the renames in order; killed in between, `recover` does the rest.

    Call it under the pool's lock. All paths lie in the pool. One that fails undoes those before.
    """
    aside = pool / f"{INTENT}.new"
    with aside.open("w", encoding="utf-8", errors="surrogateescape") as file:
        json.dump([[_inside(pool, source), _inside(pool, to)] for source, to in moves], file)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(pool / INTENT)
    sync_folder(pool)
    done: list[Move] = []
    try:
        for move in moves:
            _move(*move)
            done.append(move)
    except OSError:
        for source, to in reversed(done):
            _move(to, source)
        _forget(pool)
        raise
    _forget(pool)


def recover(pool: Path) -> None:
    """Finish what a killed commit began; nothing happens when there is nothing.

    A move whose `to` is there already, or whose `from` is gone, was done.
    """
    try:
        text = (pool / INTENT).read_text(encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return
    for source, to in json.loads(text):
        if os.path.lexists(pool / source) and not os.path.lexists(pool / to):
            _move(pool / source, pool / to)
    _forget(pool)


def sync_folder(path: Path) -> None:
    """Return when a folder's names are on disk."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _inside(pool: Path, path: Path) -> str:
    return str(path.relative_to(pool))


def _move(source: Path, to: Path) -> None:
    source.rename(to)
    sync_folder(to.parent)
    sync_folder(source.parent)


def _forget(pool: Path) -> None:
    (pool / INTENT).unlink()
    sync_folder(pool)
