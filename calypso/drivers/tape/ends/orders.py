"""What a program at the tape's end is told to do, and what it tells. Standard library only."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

from calypso.drivers.tape.ends.entries import Entry
from calypso.drivers.tape.ends.saying import Refusal, say

Order = dict[str, Any]


class Orders:
    """What is to be done next; ends the program when it is to stop while it waits."""

    def __init__(self, path: str) -> None:
        self._folder = Path(path).parent
        # Open for both, so that there is no end before the last order.
        self._pipe = os.fdopen(os.open(path, os.O_RDWR | os.O_CLOEXEC), encoding="utf-8")
        self.is_stopping = self._waits = False
        signal.signal(signal.SIGTERM, self._stop)

    def __iter__(self) -> Iterator[Order]:
        while True:
            self._waits = True
            if self.is_stopping:
                raise Refusal("stopped", "It was told to stop.")
            name = self._pipe.readline().strip()
            self._waits = False
            order: Order = json.loads((self._folder / name).read_text(encoding="utf-8"))
            if order["verb"] == "end":
                return
            yield order

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.is_stopping = True
        if self._waits:
            raise Refusal("stopped", "It was told to stop.")


def told(entry: Entry) -> Order:
    """Return a member as JSON tells it: names as hex, since they may be any bytes."""
    return {
        "path": entry.path.hex(),
        "kind": entry.kind,
        "size_bytes": entry.size_bytes,
        "mtime": str(entry.mtime),
        "start": entry.start,
        "end": entry.end,
        "link": entry.link.hex(),
    }


def tell(word: str, what: Order, *, aside: bool = False) -> None:
    """Say a line on stdout, or on stderr where stdout carries data."""
    if aside:
        say(word, json.dumps(what))
        return
    with suppress(BrokenPipeError):
        sys.stdout.buffer.write(f"{word}\t{json.dumps(what)}\n".encode())
        if word != "entry":
            sys.stdout.buffer.flush()
