"""Who works in a folder, as a mounted file system would tell."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from calypso.drivers.storage import Busy


def refuse_used(path: Path, name: str) -> None:
    """Refuse while a process this one may look at works in a folder or has a file there open."""
    inside = f"{path}/"
    for process in Path("/proc").glob("[0-9]*"):
        if any(f"{place}/".startswith(inside) for place in _places(process)):
            raise Busy(f"Process {process.name} works in {name}. End it first.")


def _places(process: Path) -> Iterator[str]:
    with suppress(OSError):  # it has ended, or is not ours to look at
        yield os.readlink(process / "cwd")  # noqa: PTH115 - a text is wanted
        for one in (process / "fd").iterdir():
            with suppress(OSError):
                yield os.readlink(one)  # noqa: PTH115 - a text is wanted
